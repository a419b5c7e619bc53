// Sets the theme and the language before the first paint. A plain script for <head>: no imports.
(function () {
  "use strict";
  var KEY = "gptchina.theme";
  var CHOICES = ["system", "light", "dark"];
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var listeners = new Set();

  function kept(key) {
    try {
      return window.localStorage.getItem(key);
    } catch (error) {
      return null;
    }
  }

  var choice = CHOICES.indexOf(kept(KEY)) >= 0 ? kept(KEY) : "system";
  var printing = false;

  function show() {
    var chosen = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    // Paper is white.
    root.dataset.theme = printing ? "light" : chosen;
    listeners.forEach(function (listener) {
      listener();
    });
  }

  window.gptchinaTheme = {
    get: function () {
      return choice;
    },
    set: function (next) {
      if (CHOICES.indexOf(next) < 0) return;
      choice = next;
      try {
        window.localStorage.setItem(KEY, next);
      } catch (error) {
        // Not remembered, but shown.
      }
      show();
    },
    subscribe: function (listener) {
      listeners.add(listener);
      return function () {
        listeners.delete(listener);
      };
    },
  };

  function print(event) {
    printing = event.type === "beforeprint";
    show();
  }

  dark.addEventListener("change", show);
  window.addEventListener("beforeprint", print);
  window.addEventListener("afterprint", print);
  window.addEventListener("storage", function (event) {
    if (event.key !== KEY) return;
    choice = CHOICES.indexOf(event.newValue) >= 0 ? event.newValue : "system";
    show();
  });
  show();

  // The prerendered page is English: keep it unseen until the reader's language is in place.
  var language = kept("gptchina.language") || (/^zh\b/i.test(navigator.language) ? "zh" : "en");
  if (language === "zh") {
    root.lang = "zh-CN";
    root.dataset.text = "pending";
    window.setTimeout(function () {
      root.removeAttribute("data-text");
    }, 3000);
  }
})();
