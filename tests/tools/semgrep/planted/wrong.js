// Each line that is marked is wrong as its rule says; the others are right. Scanned, never run.
place.innerHTML = comment; // ruleid: html-of-a-text-in-a-script
place.insertAdjacentHTML("beforeend", comment); // ruleid: html-of-a-text-in-a-script
place.textContent = comment;
eval(comment); // ruleid: html-of-a-text-in-a-script
window.addEventListener("message", open); // ruleid: anybody-s-message
window.addEventListener("click", open);
