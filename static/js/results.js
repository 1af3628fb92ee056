// Draws the charts of the results page. Their figures stand in the page; without this file the
// tables say the same.

const COLOURED = /(color|colour|family)$/i;
const NAMED = /^var\((--[\w-]+)\)$/;
const CONFIG = { displayModeBar: false, responsive: true, showTips: false };

// Colours and type are named after the page's custom properties, which differ in the dark and on paper.
const looked = (value, key, styles) => {
  if (Array.isArray(value)) return value.map((entry) => looked(entry, key, styles));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, looked(entry, name, styles)]));
  }
  const name = COLOURED.test(key) && NAMED.exec(value)?.[1];
  return name ? styles.getPropertyValue(name).trim() : value;
};

const charts = [...document.querySelectorAll("[data-figure]")].map((place) => ({
  place,
  figure: JSON.parse(document.getElementById(place.dataset.figure).textContent),
}));

const draw = () => {
  const styles = getComputedStyle(document.documentElement);
  for (const { place, figure } of charts) {
    const { height, ...layout } = figure.layout;
    // Plotly fits a chart into its place, so the place is as high as the chart wants to be.
    place.style.blockSize = `${height}px`;
    Plotly.react(place, looked(figure.data, "", styles), looked(layout, "", styles), CONFIG);
  }
};

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

// On paper the page has another width and other colours.
matchMedia("print").addEventListener("change", () => {
  draw();
  for (const { place } of charts) Plotly.Plots.resize(place);
});
