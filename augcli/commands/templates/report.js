"use strict";
const groups = [...document.querySelectorAll(".group")];
const selects = [...document.querySelectorAll("[data-filter]")];
const fits = (group, select) => !select.value || (select.dataset.filter === "step"
  ? JSON.parse(group.dataset.step).includes(select.value)
  : group.dataset[select.dataset.filter] === select.value);
const narrow = () => {
  for (const group of groups) { group.hidden = !selects.every((select) => fits(group, select)); }
  const shown = groups.filter((group) => !group.hidden).length;
  document.querySelector(".filters output").textContent = `${shown} of ${groups.length} shown`;
};
selects.forEach((select) => select.addEventListener("change", narrow));
if (groups.length) { narrow(); }
const dialog = document.querySelector("dialog");
for (const button of document.querySelectorAll(".zoom")) {
  button.addEventListener("click", () => {
    const caption = button.nextElementSibling.cloneNode(true);
    dialog.querySelector("div").replaceChildren(button.firstElementChild.cloneNode(true), caption);
    dialog.showModal();
  });
}
dialog?.addEventListener("click", (event) => { if (event.target === dialog) { dialog.close(); } });
