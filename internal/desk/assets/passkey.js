// Passkeys: the only part of signing in that needs a script, since browsers offer no other way to them.
const ask = async (what, body) => {
  const reply = await fetch("/desk/passkeys/" + what, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  if (reply.redirected) { // to prove once more who one is, and then to come back
    location.assign(reply.url);
    return new Promise(() => {});
  }
  const words = await reply.text();
  if (!reply.ok) throw new Error(words);
  return JSON.parse(words);
};

for (const button of document.querySelectorAll("button[data-passkey]")) {
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) continue; // too old a browser
  button.hidden = false;
  button.addEventListener("click", async () => {
    const what = button.dataset.passkey;
    const said = document.querySelector(".passkey-said");
    said.textContent = "";
    try {
      const making = what === "add";
      const { options, token } = await ask(making ? "new" : "begin");
      const credential = making
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
      const name = document.querySelector("input[name=passkey-name]")?.value ?? "";
      const { next } = await ask(what, { token, name, next: button.dataset.next ?? "", reply: credential.toJSON() });
      location.assign(next);
    } catch (e) {
      said.textContent = e.name === "NotAllowedError" ? "The browser was told not to, or waited too long. Try again." : e.message;
    }
  });
}
