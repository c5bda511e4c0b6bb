"""Each line that is marked is wrong as its rule says; the others are right. Scanned, never run."""

# ruff: noqa
# fmt: off
Markup(comment)  # ruleid: markup-of-a-variable
Markup("<b>bold</b>")
render_template_string(comment)  # ruleid: template-of-a-text
render_template("home/today.html", comment=comment)
subprocess.run(f"ls {folder}", shell=True)  # ruleid: command-through-a-shell
subprocess.run(["ls", folder])
pickle.loads(body)  # ruleid: code-in-data
orjson.loads(body)
due = datetime.now(UTC)  # ruleid: time-past-the-clock
due = clock.now()
reset_token = random.randbytes(16)  # ruleid: chance-that-can-be-guessed
reset_token = secrets.token_urlsafe(16)
log.info("signed in with %s", password)  # ruleid: secret-in-the-log
log.warning(f"refused {client.ssn}")  # ruleid: secret-in-the-log
log.info("signed in", extra={"user_id": user.id})
pool(host, verify=False)  # ruleid: certificate-not-checked
pool(host, verify=True)
hashlib.md5(body)  # ruleid: hash-that-is-broken
hashlib.sha256(body)


def download():
    name = request.args["name"]
    open(name)  # ruleid: file-of-a-typed-name
    send_file(f"/files/{name}")  # ruleid: file-of-a-typed-name
    open(settings().files_dir)


def onwards():
    there = request.args.get("next", "")
    redirect(there)  # ruleid: redirect-to-a-typed-address
    redirect(local_path(there))
