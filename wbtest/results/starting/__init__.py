"""The start page: from an idea to the first visitor, step by step, each as far as it is."""
