"""`fer api`, or `python -m fer_core.api`: it serves; `keys` and `contract` are beside it."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from fer_core.allocator import give_memory_back
from fer_core.api.keys import KeyRing, KeyStore
from fer_core.config import Settings, get_settings
from fer_core.errors import FerError, SettingsError

EXIT_SETTINGS = 2
PROGRAM = "python -m fer_core.api"


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the command; the exit status is 2 where a setting is wrong."""
    options = _parser(program).parse_args(arguments)
    try:
        settings = get_settings()
        key_store = KeyStore(settings.data_dir / "api-keys.json")
        if options.command == "keys":
            return _keys(options, key_store)
        if options.command == "tokens":
            return _rotate(settings)
        if options.command == "contract":
            return _contract()
        return _serve(options, settings, key_store)
    except FerError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return EXIT_SETTINGS


def require_key(settings: Settings, host: str) -> bool:
    """Tell whether requests need a key: by setting, else wherever others can reach the port."""
    return bool(settings.api_require_key) or not settings.is_loopback(host)


def _serve(options: argparse.Namespace, settings: Settings, key_store: KeyStore) -> int:
    host = settings.api_host if options.host is None else options.host
    port = settings.api_port if options.port is None else options.port
    keys = KeyRing(key_store, settings.api_key_hashes)
    needs_key = require_key(settings, host)
    if needs_key and not keys.keys():
        raise SettingsError(
            f"On {host} others can reach the API, so it needs a key. "
            "Make one with: python -m fer_core.api keys new LABEL"
        )
    _log_as_json()
    give_memory_back()

    from fer_core.api.app import create_app
    from fer_core.api.demo_page import check_built
    from fer_core.api.model_loader import ModelService
    from fer_core.api.server import ApiServer, stop_on_signals
    from fer_core.live.registry import SessionRegistry
    from fer_core.vision.engine import InferenceEngine

    if options.demo:
        check_built()
    models = ModelService(lambda: InferenceEngine.load(settings))
    registry = SessionRegistry.open(settings, time.time)
    app = create_app(settings, models, keys, registry, require_key=needs_key, demo=options.demo)
    try:
        server = ApiServer(app, settings, host, port)
    except (OSError, ValueError) as error:  # waitress has a ValueError for unknown names
        registry.close()
        reason = error.strerror if isinstance(error, OSError) else "there is no such address"
        raise SettingsError(
            f"The API cannot listen on {host}:{port} ({reason}). Choose another --port or --host."
        ) from None
    try:
        registry.history.announce(_peer_url(settings, host, server.port))
    except SettingsError:
        registry.close()
        raise
    stop_on_signals(server)
    models.start()
    registry.watch()
    shown = f"[{host}]" if ":" in host else host
    demo = ", demo: /demo" if options.demo else ""
    print(
        f"Listening on http://{shown}:{server.port}  (docs: /docs{demo})",
        file=sys.stderr,
        flush=True,
    )
    try:
        server.run_until_stopped(before_drain=app.extensions["fer"].streams.end_all)
    finally:
        app.extensions["fer"].videos.close()
        registry.close()
        models.close()
    return 0


def _peer_url(settings: Settings, host: str, port: int) -> str:
    """Return where other servers on this history reach this one; empty: nobody has said."""
    if settings.api_peer_url or not settings.is_loopback(host):
        return settings.api_peer_url
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _contract() -> int:
    from fer_core.api.app import make_contract

    print(json.dumps(make_contract(), indent=2, ensure_ascii=False))
    return 0


def _rotate(settings: Settings) -> int:
    from fer_core.api.tokens import secrets_of

    secrets_of(settings, time.time).rotate()
    print("Session tokens are signed with a new secret from now on.", file=sys.stderr)
    return 0


def _keys(options: argparse.Namespace, store: KeyStore) -> int:
    if options.action == "new":
        entry, key = store.create(options.label, datetime.now(UTC), local=options.local)
        print(key)
        print(
            f"This is key {entry.id}. It is shown this once; only its hash is kept.",
            file=sys.stderr,
        )
    elif options.action == "list":
        for entry in store.list():
            whose = "this machine" if entry.local else "its own"
            print(f"{entry.id}  {entry.created_at}  {whose:<12}  {entry.label}")
    elif options.action == "renew":
        print(store.renew(options.id))
        print(
            f"This is key {options.id} from now on, with the same owners. It is shown this once; "
            "the earlier one is not taken any more.",
            file=sys.stderr,
        )
    else:
        store.revoke(options.id)
        print(f"Key {options.id} is revoked.", file=sys.stderr)
    return 0


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Serve the REST API, or manage its keys.",
        epilog=_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", help="address to listen on (FER_API_HOST)")
    parser.add_argument("--port", type=_port, help="port to listen on (FER_API_PORT)")
    parser.add_argument("--demo", action="store_true", help="serve a browser app at /demo, too")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("contract", help="print the OpenAPI document")
    keys = commands.add_parser("keys", help="make, list, renew and revoke API keys")
    actions = keys.add_subparsers(dest="action", required=True)
    new = actions.add_parser("new", help="make a key and show it once")
    new.add_argument("label", nargs="?", default="", help="what the key is for")
    new.add_argument(
        "--local",
        action="store_true",
        help="the key opens the history of this machine's learner, which the app shows; without "
        "this it has one of its own",
    )
    actions.add_parser("list", help="list keys: id, date, whose history, label")
    renew = actions.add_parser(
        "renew", help="make a new key in the place of one that others may know; its owners stay"
    )
    renew.add_argument("id", help="the key's id, from list")
    revoke = actions.add_parser("revoke", help="stop taking a key, at once")
    revoke.add_argument("id", help="the key's id, from list")
    tokens = commands.add_parser("tokens", help="change the secret that signs session tokens")
    tokens.add_subparsers(dest="action", required=True).add_parser(
        "rotate",
        help="sign with a new one from now on; tokens that were made go on until their end",
    )
    return parser


def _settings_help() -> str:
    lines = ["settings (environment variables):"]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "none" if default in (None, ()) else default
        lines.append(f"  FER_{name.upper():<18} {field.description}  [{shown}]")
    return "\n".join(lines)


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return int(text)


def _log_as_json() -> None:
    from fer_core.api.observability import JsonLines

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # Its "queue depth" warnings would be a line per request under load; /metrics has the figure.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
