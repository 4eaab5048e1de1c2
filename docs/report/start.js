"use strict";
const { config, drawings } = JSON.parse(document.getElementById("drawings").textContent);
for (const place of document.querySelectorAll("[data-drawing]")) {
  vegaEmbed(place, drawings[place.dataset.drawing], {
    config,
    mode: "vega-lite",
    renderer: "svg", // its colours are those of the page, light or dark
    actions: false,
    defaultStyle: false,
    ast: true, // no code is made of text, which the page's policy forbids
    tooltip: { disableDefaultStyle: true },
  });
}
