"use strict";
window.problems = [];
addEventListener("error", (event) => problems.push(String(event.message ?? event.target.outerHTML)), true);
addEventListener("unhandledrejection", (event) => problems.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => problems.push(`refused: ${event.blockedURI}`));
for (const name of ["error", "warn"]) {
  console[name] = (...words) => problems.push(words.join(" "));
}
