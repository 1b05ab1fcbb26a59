const narrow = matchMedia("(max-width: 38rem)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const STEPS = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};

class Chart {
  constructor(place) {
    this.place = place;
    this.figure = place.closest("figure");
    this.specs = JSON.parse(place.querySelector("script").textContent);
    this.stage = place.appendChild(document.createElement("div"));
    this.told = place.appendChild(document.createElement("p"));
    this.told.className = "ppp-told";
    this.told.setAttribute("role", "status");
    const redraw = () => this.draw();
    narrow.addEventListener("change", redraw);
    dark.addEventListener("change", redraw);
  }

  async draw() {
    const width = narrow.matches ? "narrow" : "wide";
    const spec = this.specs[width];
    const bound = (spec.params ?? []).filter(each => each.bind).map(each => `${each.name}_${each.select.fields[0]}`);
    const picked = bound.map(name => this.view?.signal(name) ?? null);
    const tooltip = {theme: dark.matches ? "dark" : "light"};
    const options = {mode: "vega-lite", ast: true, actions: false, renderer: "svg", tooltip};
    ({view: this.view} = await vegaEmbed(this.stage, spec, options));
    bound.forEach((name, at) => this.view.signal(name, picked[at]));
    await this.view.runAsync();
    this.at = -1;
    this.takePlace(this.figure.querySelectorAll(`.ppp-${width} svg`));
    this.place.dataset.drawn = width;
  }

  takePlace(still) {
    const svg = this.svg = this.stage.querySelector("svg");
    svg.style.maxWidth = `${svg.getAttribute("width")}px`;
    // the size follows from the room there is
    for (const size of ["width", "height"]) svg.removeAttribute(size);
    if (still.length === 1) {
      // words are measured with other fonts here: a pixel more or less must not move the page
      const box = still[0].viewBox.baseVal;
      svg.style.aspectRatio = `${box.width} / ${box.height}`;
      svg.style.maxWidth = still[0].style.maxWidth;
      svg.setAttribute("preserveAspectRatio", "xMinYMin meet");
    }
    const said = [...still].flatMap(each => [...each.querySelectorAll("title, desc")]).map(each => each.textContent);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", said.join(" "));
    for (const each of svg.children) each.setAttribute("aria-hidden", "true");
    if (this.marks().length) this.listenToKeys();
    this.place.hidden = false;
    this.figure.classList.add("ppp-drawn");
  }

  listenToKeys() {
    this.svg.setAttribute("role", "application");
    this.svg.setAttribute("aria-label", `${this.svg.getAttribute("aria-label")} ${this.place.dataset.keys}`);
    this.svg.setAttribute("tabindex", "0");
    this.svg.addEventListener("keydown", event => this.answer(event));
    this.svg.addEventListener("blur", () => this.leave());
  }

  answer(event) {
    const marks = this.marks();
    const last = marks.length - 1;
    let at = event.key in STEPS ? this.at + STEPS[event.key] : {Home: 0, End: last}[event.key];
    if (event.key === "Enter" && this.at >= 0) this.pick(marks[this.at]);
    if (at === undefined || last < 0) return;
    event.preventDefault();
    this.leave();
    this.at = Math.min(Math.max(at, 0), last);
    this.tell(marks[this.at]);
  }

  marks() {
    const seen = new Set();
    return [...this.svg.querySelectorAll("*")].filter(each => {
      const said = each.__data__?.tooltip && JSON.stringify(each.__data__.tooltip);
      return said && !seen.has(said) && seen.add(said);
    });
  }

  tell(mark) {
    mark.scrollIntoView({block: "nearest"});
    mark.classList.add("ppp-current");
    const {tooltip} = mark.__data__;
    this.view.tooltip().call(this.view, null, this.above(mark), mark.__data__, tooltip);
    const parts = typeof tooltip === "object" ? Object.entries(tooltip) : [["", tooltip]];
    this.told.textContent = parts.map(([name, text]) => name === "title" ? text : `${name} ${text}`).join(", ");
  }

  pick(mark) {
    mark.dispatchEvent(new MouseEvent("click", {bubbles: true, ...this.above(mark)}));
  }

  above(mark) {
    const box = mark.getBoundingClientRect();
    return {clientX: box.x + box.width / 2, clientY: box.y + box.height / 2};
  }

  leave() {
    this.svg.querySelector(".ppp-current")?.classList.remove("ppp-current");
    hideTooltip();
  }
}

function hideTooltip() {
  document.getElementById("vg-tooltip-element")?.classList.remove("visible");
}

addEventListener("keydown", event => event.key === "Escape" && hideTooltip());

window.drawPppCharts = async () => {
  for (const place of document.querySelectorAll(".ppp-interactive:not([data-drawn])")) {
    place.dataset.drawn = "";
    await new Chart(place).draw();
    // between two charts the page answers to its reader
    await new Promise(resolve => setTimeout(resolve));
  }
};
window.drawPppCharts();
