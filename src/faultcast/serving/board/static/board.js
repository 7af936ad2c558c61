// Draws the charts of a machine's page from the data that it holds.
"use strict";

const drawn = JSON.parse(document.getElementById("drawn").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const events = { failure: "--failure", maintenance: "--maintenance" };
let charts = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function upright(plot) {
  const { ctx, bbox } = plot;
  for (const event of drawn.events) {
    const x = plot.valToPos(event.time, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.save();
    ctx.strokeStyle = colour(events[event.kind]);
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }
}

function level(plot) {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(drawn.threshold, "y", true);
  ctx.save();
  ctx.strokeStyle = colour("--high");
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

// A line needs two forecasts: a machine's first one is a dot, amid a day and not amid years.
function single(plot) {
  const [[time], [value]] = plot.data;
  if (plot.data[0].length !== 1) return;
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = colour("--plot");
  ctx.beginPath();
  ctx.arc(plot.valToPos(time, "x", true), plot.valToPos(value, "y", true), 4 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fill();
  ctx.restore();
}

function around(plot, from, to) {
  return plot.data[0].length === 1 ? [from - 43200, from + 43200] : [from, to];
}

function draw(figure) {
  const forecasts = figure.dataset.chart === "forecasts";
  const place = figure.querySelector(".plot");
  const data = forecasts
    ? [drawn.forecasts.times, drawn.forecasts.values]
    : [drawn.readings, drawn.sensors[figure.dataset.chart]];
  place.replaceChildren();
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const percent = (_, values) => values.map((value) => `${Math.round(100 * value)} %`);
  const options = {
    width: place.clientWidth,
    height: forecasts ? 200 : 140,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), drawn.zone),
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, sync: { key: "machine" } },
    scales: { x: { range: around }, ...(forecasts && { y: { range: [0, 1] } }) },
    axes: [
      { ...axis, size: (_, labels) => (labels?.some((text) => text?.includes("\n")) ? 40 : 26), values: [[86400, "{D} {MMM}", null, null, null, null, null, null, 1],
                          [3600, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
                          [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1]] },
      { ...axis, size: 56, space: 22, values: forecasts ? percent : undefined },
    ],
    series: [{}, { stroke: colour("--plot"), width: 1.5, spanGaps: false, points: { show: forecasts ? undefined : false } }],
    hooks: { drawClear: [upright], draw: forecasts ? [level, single] : [] },
  };
  return new uPlot(options, data, place);
}

function drawAll() {
  charts.forEach((chart) => chart.destroy());
  charts = [...document.querySelectorAll("[data-chart]")].map(draw);
}

drawAll();
dark.addEventListener("change", drawAll);
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  drawAll();
});
