// Draws the charts of the results pages, lets the keyboard walk through them, and saves them as
// pictures. Their figures stand in the page; without this file the tables say the same.

const COLOURED = /(color|colour|family)$/i;
const NAMED = /^var\((--[\w-]+)\)$/;
const CONFIG = { displayModeBar: false, responsive: true, showTips: false };
// Points that Page up and Page down pass over.
const FAR = 10;
const PICTURE = { width: 900, scale: 2 };
const NOTE_HEIGHT = 16;
const MOST_WAITED_MS = 1_000;

// Colours and type are named after the page's custom properties, which differ in the dark and on paper.
const looked = (value, key, styles) => {
  if (Array.isArray(value)) return value.map((entry) => looked(entry, key, styles));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, looked(entry, name, styles)]));
  }
  const name = COLOURED.test(key) && NAMED.exec(value)?.[1];
  return name ? styles.getPropertyValue(name).trim() : value;
};

// Words and tables say the same as the charts, so Plotly is run once these are painted.
const PLOTLY = document.currentScript.dataset;
const painted = () =>
  new Promise((go) => {
    requestAnimationFrame(() => setTimeout(go));
    // A page in the background is not painted before somebody looks.
    setTimeout(go, MOST_WAITED_MS);
  });
const added = (name, properties) =>
  new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement(name), { ...properties, onload, onerror }));
  });
// Plotly writes its own rules into the page where the policy lets it; here they are a file.
const rules = { id: "plotly.js-style-global", className: "no-inline-styles", rel: "stylesheet", href: PLOTLY.rules };
const plotly = painted().then(() => Promise.all([added("link", rules), added("script", { src: PLOTLY.script })]));

let charts = [];
const find = () =>
  [...document.querySelectorAll("[data-figure]")].map((place) => ({
    place,
    figure: JSON.parse(document.getElementById(place.dataset.figure).textContent),
  }));

// Plotly fits a chart into its place, so the place is as high as the chart wants to be. It is so from
// the start, and nothing moves under who reads when the chart comes.
const makeRoom = () => {
  for (const { place, figure } of charts) place.style.blockSize = `${figure.layout.height}px`;
};

const drawOne = ({ place, figure }) => {
  const styles = getComputedStyle(document.documentElement);
  const { height, ...layout } = figure.layout;
  Plotly.react(place, looked(figure.data, "", styles), looked(layout, "", styles), CONFIG);
};
const draw = () => {
  if (window.Plotly) charts.forEach(drawOne);
};

// Names come escaped, since Plotly reads a little markup; here they are read as they were typed.
const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// Every point that has something to say, by trace; the words are those under the mouse.
const pointsOf = ({ data }) =>
  data
    .map(({ name, customdata, hovertemplate = "" }, curveNumber) =>
      (customdata ?? []).flatMap((words, pointNumber) => {
        const whole = hovertemplate.includes("fullData.name") ? `${name}: ${words}` : words;
        return words === null ? [] : [{ curveNumber, pointNumber, words: plain(whole) }];
      }),
    )
    .filter((points) => points.length);

// The arrows go along a line and from line to line; what a point says is shown and read out.
const walk = (place, figure) => {
  const lines = pointsOf(figure);
  if (!lines.length) return;
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("aria-live", "polite");
  place.after(told);
  place.tabIndex = 0;
  place.setAttribute("role", "application");
  place.setAttribute("aria-roledescription", "chart; the arrow keys walk through its points");
  let line = 0;
  let point = -1;
  const step = (key) => {
    const last = lines[line].length - 1;
    const along = { ArrowRight: 1, ArrowLeft: -1, PageUp: FAR, PageDown: -FAR, Home: -last - 1, End: last + 1 }[key];
    const across = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (along) point = Math.min(Math.max(point + along, 0), last);
    else if (across) {
      line = (line + across + lines.length) % lines.length;
      point = Math.min(Math.max(point, 0), lines[line].length - 1);
    }
    return along || across;
  };
  const leave = () => {
    Plotly.Fx.unhover(place);
    told.textContent = "";
  };
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    if (event.altKey || event.ctrlKey || event.metaKey || !step(event.key)) return;
    event.preventDefault();
    const { words, ...where } = lines[line][point];
    const axis = figure.data[where.curveNumber].yaxis;
    Plotly.Fx.hover(place, [where], axis ? [`x${axis}`] : undefined);
    told.textContent = words;
  });
  place.addEventListener("blur", leave);
};

// A picture has the colours of the page, its own ground, and says what it shows.
const save = async ({ place, figure }, { format, name }) => {
  const styles = getComputedStyle(document.documentElement);
  const { height, margin, ...layout } = looked(figure.layout, "", styles);
  // The list that says what the numbers on a chart mean stays behind, so its words come along.
  const said = layout.meta ?? [];
  const subtitle = { text: said.join("<br>"), font: { size: 12 } };
  const words = { text: place.getAttribute("aria-label"), subtitle, x: 0, xanchor: "left", xref: "paper" };
  const title = { ...words, y: 1, yanchor: "top", yref: "container", pad: { t: 12 }, font: { size: 15 } };
  const paper = { paper_bgcolor: styles.getPropertyValue("--paper").trim(), title };
  const notes = NOTE_HEIGHT * said.length;
  const room = { l: margin.l + 12, r: margin.r + 12, t: margin.t + 44 + notes, b: margin.b + 12 };
  const picture = { data: looked(figure.data, "", styles), layout: { ...layout, ...paper, margin: room } };
  const address = await Plotly.toImage(picture, { ...PICTURE, format, height: height + 56 + notes });
  Object.assign(document.createElement("a"), { href: address, download: `${name}.${format}` }).click();
};

// What is in view comes first; between charts the page can respond to its reader.
const isInView = ({ place }) => {
  const { top, bottom } = place.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};
const drawInTurn = async (all) => {
  const seen = all.filter(isInView);
  for (const chart of new Set([...seen, ...all])) {
    await new Promise((go) => setTimeout(go));
    // Meanwhile the page may have got newer figures, which are drawn by another turn.
    if (charts !== all) return;
    drawOne(chart);
    // It measures letters in a picture behind the page, which nobody shall come upon.
    document.getElementById("js-plotly-tester").ariaHidden = "true";
    walk(chart.place, chart.figure);
  }
};

const begin = async () => {
  if (window.Plotly) charts.forEach(({ place }) => Plotly.purge(place));
  charts = find();
  makeRoom();
  for (const button of document.querySelectorAll("[data-picture]")) {
    const chart = charts.find(({ place }) => place.dataset.figure === button.dataset.picture);
    button.addEventListener("click", () => plotly.then(() => save(chart, button.dataset)));
  }
  const mine = charts;
  await plotly;
  await drawInTurn(mine);
};

begin();
// The page has newer figures by now, in new places.
document.addEventListener("renewed", begin);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

// A chart in a fold has no width before it is opened.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!window.Plotly || !target.open) return;
    for (const { place } of charts) if (target.contains(place)) Plotly.Plots.resize(place);
  },
  true,
);

// On paper the page has another width and other colours.
matchMedia("print").addEventListener("change", () => {
  if (!window.Plotly) return;
  draw();
  for (const { place } of charts) Plotly.Plots.resize(place);
});
