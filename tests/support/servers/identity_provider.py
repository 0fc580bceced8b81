"""A small OpenID Connect provider that signs with RS256 and can be made to lie.

``... identity_provider PORT``; the test, who is the person at its login page, adds ``claims`` (JSON) and
``fault`` to the address of `/authorize`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

DISCOVERY = "/.well-known/openid-configuration"
CLIENT_ID, CLIENT_SECRET = "beamport", "secret-of-the-site"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
ASKED: dict[str, dict[str, str]] = {}


class Provider(BaseHTTPRequestHandler):
    """Discovery, keys, authorize and token."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path in (DISCOVERY, f"/mixed{DISCOVERY}"):
            self._say(200, self._metadata())
        elif parts.path == f"/moved{DISCOVERY}":
            self._say(302, {}, location=DISCOVERY)
        elif parts.path == "/keys":
            self._say(200, {"keys": [KEY.as_dict(private=False)]})
        elif parts.path == "/authorize":
            code = secrets.token_urlsafe()
            ASKED[code] = query
            answer = urlencode({"code": code, "state": query["state"]})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{answer}")
            self.end_headers()
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[-1] for name, values in parse_qs(body).items()}
        asked = ASKED.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self._say(401, {"error": "invalid_client"})
        elif asked is None or not self._is_same(asked, form):
            self._say(400, {"error": "invalid_grant"})
        else:
            token = self._id_token(asked)
            self._say(200, {"access_token": "x", "token_type": "Bearer", "id_token": token})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _is_same(self, asked: dict[str, str], form: dict[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_proven = asked.get("code_challenge_method") == "S256" and asked.get("code_challenge") == challenge
        return is_proven and asked["redirect_uri"] == form.get("redirect_uri")

    def _id_token(self, asked: dict[str, str]) -> str:
        now, fault = int(time.time()), asked.get("fault", "")
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **json.loads(asked["claims"]),
        }
        lies = {
            "issuer": {"iss": "https://other.example"},
            "audience": {"aud": "another", "azp": CLIENT_ID},
            "nonce": {"nonce": "of another browser"},
            "expired": {"iat": now - 9000, "exp": now - 8000},
        }
        if fault == "unsigned":
            parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        if fault == "symmetric":
            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(CLIENT_SECRET))
        key = OTHER_KEY if fault == "signature" else KEY
        return jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **lies.get(fault, {})}, key)

    def _metadata(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/goodbye",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _say(self, status: int, body: object, *, location: str = "") -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
