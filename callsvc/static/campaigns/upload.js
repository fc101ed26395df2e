// A list is dropped onto its form, and sent with a bar that shows how far it is. Without this script the form
// sends it by itself.
"use strict";

(() => {
  const form = document.getElementById("upload");
  if (!form) return;
  const field = form.querySelector("input[type=file]");
  const sending = form.querySelector(".sending");
  const said = sending.querySelector("[role=status]");
  const bar = sending.querySelector("progress");
  const button = form.querySelector("button");
  form.classList.add("can-drop");

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });

  function failed(text) {
    said.textContent = text || form.dataset.failed;
    button.disabled = false;
    bar.hidden = true;
  }

  form.addEventListener("submit", (event) => {
    const file = field.files[0];
    if (!file) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-List-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Content-Type", "text/csv");
    request.setRequestHeader("X-Requested-With", "fetch");
    request.setRequestHeader("X-CSRFToken", form.elements.csrf_token.value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (news) => {
      bar.value = news.lengthComputable ? (100 * news.loaded) / news.total : 0;
      said.textContent = `${form.dataset.sending} ${Math.round(bar.value)} %`;
    });
    request.addEventListener("load", () => {
      const answer = request.response || {};
      if (answer.next) window.location.assign(answer.next);
      else failed(answer.wrong);
    });
    request.addEventListener("error", () => failed());
    sending.hidden = false;
    bar.hidden = false;
    button.disabled = true;
    request.send(file);
  });
})();
