"use strict";
const plain = (value) => JSON.stringify(value).replace(/"([A-Za-z_]\w*)":/g, "$1: ").replace(/,(?=\S)/g, ", ");
for (const card of document.querySelectorAll("[data-step]")) {
  const fields = JSON.parse(card.dataset.fields);
  const code = card.querySelector("pre code");
  const write = () => {
    const told = Object.keys(fields).length ? `${card.dataset.step}: ${plain(fields)}` : card.dataset.step;
    code.textContent = `- ${told}`;
  };
  for (const knob of card.querySelectorAll(".knob")) {
    const values = JSON.parse(knob.dataset.values);
    const frames = knob.querySelectorAll(".frame");
    const slider = knob.querySelector("input");
    slider.addEventListener("input", () => {
      frames.forEach((frame, at) => { frame.hidden = at !== Number(slider.value); });
      const value = values[slider.value];
      const told = [].concat(value).join(" to ");
      knob.querySelector("output").textContent = told;
      slider.setAttribute("aria-valuetext", told);
      if (knob.dataset.way === "sets") { fields[knob.dataset.name] = value; write(); }
    });
    for (const button of knob.querySelectorAll("[data-end]")) {
      button.addEventListener("click", () => {
        const told = fields[knob.dataset.name];
        const ends = told?.normal ? [values[0], values.at(-1)] : [].concat(told);
        const range = ends.length === 2 ? ends : [ends[0], ends[0]];
        range[button.dataset.end] = values[slider.value];
        if (range[0] > range[1]) { range.fill(values[slider.value]); }
        fields[knob.dataset.name] = range;
        write();
      });
    }
  }
  write();
}
for (const copy of document.querySelectorAll("[data-copy]")) {
  const code = copy.closest("[data-copied]").querySelector("pre code");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
}
