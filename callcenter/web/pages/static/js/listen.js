// An emergency message is heard before it goes out: word for word, in each of its languages, in a voice of the browser.
// Where there is none, or by choice, it is read instead; nothing is given before one of the two.
const voices = window.speechSynthesis;
const words = [...document.querySelectorAll("[data-spoken]")];
const listen = document.getElementById("listen");
const state = document.getElementById("heard-state");
const heard = document.getElementById("heard");
const give = document.getElementById("give");

function voiceOf(language) {
  return voices?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(language));
}

function look() {
  give.disabled = !heard.checked;
  listen.hidden = !words.every((each) => voiceOf(each.lang));
  if (listen.hidden) state.textContent = state.dataset.mute;
  else if (state.textContent === state.dataset.mute) state.textContent = "";
}

function speak(element) {
  return new Promise((done, failed) => {
    const said = new SpeechSynthesisUtterance(element.textContent);
    said.lang = element.lang;
    said.voice = voiceOf(element.lang);
    said.onend = done;
    said.onerror = failed;
    voices.speak(said);
  });
}

listen.addEventListener("click", async () => {
  voices.cancel();
  listen.disabled = true;
  state.textContent = state.dataset.playing;
  try {
    for (const each of words) await speak(each);
    heard.value = "listened";
    heard.checked = true;
    state.textContent = state.dataset.done;
  } catch {
    state.textContent = "";
  }
  listen.disabled = false;
  look();
});
heard.addEventListener("change", () => {
  heard.value = "read";
  look();
});
addEventListener("pagehide", () => voices?.cancel());
voices?.addEventListener("voiceschanged", look);
look();
