"use strict";
// Filters the lines of a log, shows the ends of what failed, and opens what a link leads to.

const pause = 120; // milliseconds after the last key

function filterOf(details) {
    const find = details.querySelector(".find");
    const input = find.querySelector("input");
    const count = find.querySelector("output");
    const shown = details.querySelector("pre");
    let whole = null;
    let lines = null;
    let timer = 0;

    function show() {
        if (lines === null) {
            whole = shown.textContent;
            lines = whole.replace(/\n$/, "").split("\n");
        }
        const wanted = input.value.toLowerCase();
        const all = lines.length.toLocaleString("en");
        if (wanted === "") {
            shown.textContent = whole;
            count.textContent = `${all} lines`;
            return;
        }
        const width = String(lines.length).length;
        const found = [];
        lines.forEach((line, index) => {
            if (line.toLowerCase().includes(wanted)) {
                found.push(`${String(index + 1).padStart(width)}  ${line}`);
            }
        });
        shown.textContent = found.join("\n");
        shown.scrollTop = 0;
        count.textContent = `${found.length.toLocaleString("en")} of ${all} lines`;
    }

    input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(show, pause);
    });
    input.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
            input.value = "";
            show();
        }
    });
    details.addEventListener("toggle", () => {
        if (details.open && lines === null) {
            show();
            if (details.hasAttribute("data-end")) {
                shown.scrollTop = shown.scrollHeight;
            }
        }
    });
    find.hidden = false;
}

function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) {
        if (at.tagName === "DETAILS") {
            at.open = true;
        }
    }
    if (target) {
        target.scrollIntoView();
    }
}

for (const tail of document.querySelectorAll("pre.tail")) {
    tail.scrollTop = tail.scrollHeight;
}
document.querySelectorAll("details.text").forEach(filterOf);
window.addEventListener("hashchange", openTarget);
openTarget();
