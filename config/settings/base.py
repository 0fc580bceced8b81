"""Settings that every installation shares; each is explained in docs/reference/settings.md."""

import os
from pathlib import Path
from typing import Any

from accounts.door import configuration as sign_in
from accounts.rates import request_rates
from accounts.secret_values import secret
from config.environment import broker_url, database_settings, file_secret, words
from config.headers import add_to_static

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("BEAMPORT_VAR", BASE_DIR / "var")).resolve()

SECRET_KEY = secret("BEAMPORT_SECRET_KEY") or file_secret(VAR_DIR / "secret_key")
SECRET_KEY_FALLBACKS = [before] if (before := secret("BEAMPORT_SECRET_KEY_BEFORE")) else []
DEBUG = False
ALLOWED_HOSTS = words("BEAMPORT_HOSTS", default="127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = words("BEAMPORT_ORIGINS", default="")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "django_vite",
    "accounts",
    "notices",
    "catalog",
    "acquisition",
    "logbook",
    "realtime",
    "frontend",
]

MIDDLEWARE = [
    "config.monitoring.RequestMetricsMiddleware",
    "config.transport.TransportMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.headers.ContentSecurityPolicyMiddleware",
    "config.cross_origin.CrossOriginMiddleware",
    "accounts.api.floods.AddressThrottleMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.door.middleware.SessionSeenMiddleware",
    "acquisition.api.emergency.LatelySeenMiddleware",
    "accounts.looking_as.LookingAsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],  # before those of django.contrib.admin
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.theme.theme",
            ],
        },
    },
]

DATABASES = {"default": database_settings(secret("DATABASE_URL"), VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_URL = broker_url(secret("BROKER_URL"), VAR_DIR)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": BROKER_URL,
        "OPTIONS": {"pool_class": "config.broker_pool.SharedPool"},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [BROKER_URL], "prefix": "beamport"},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.SlowedPasswordBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "accounts.door.password_rules.GuessablePasswordValidator"},
    {"NAME": "accounts.door.password_rules.BreachedPasswordValidator"},
]
PASSWORD_WORDS = words("BEAMPORT_PASSWORD_WORDS", default="")
BREACHED_PASSWORDS = sign_in.breached_passwords()
REQUEST_RATES = request_rates()
TRUSTED_PROXY_COUNT = int(os.environ.get("BEAMPORT_PROXIES", "0"))
EVERYONE_SECOND_FACTOR = sign_in.switch("BEAMPORT_EVERYONE_SECOND_FACTOR", default="off")
STAFF_SECOND_FACTOR = sign_in.switch("BEAMPORT_STAFF_SECOND_FACTOR", default="off")
OPEN_ID = sign_in.open_id()
DIRECTORY = sign_in.directory()
SESSION_ENGINE = "accounts.door.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_S = 60 * int(os.environ.get("BEAMPORT_SESSION_IDLE_MINUTES", "240"))
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20

EMAIL_HOST = os.environ.get("BEAMPORT_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("BEAMPORT_MAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("BEAMPORT_MAIL_USER", "")
EMAIL_HOST_PASSWORD = secret("BEAMPORT_MAIL_PASSWORD")
EMAIL_USE_TLS = sign_in.switch("BEAMPORT_MAIL_TLS", default="off")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("BEAMPORT_MAIL_FROM", "beamport@localhost")
BEAMPORT_EMBED_ORIGINS = words("BEAMPORT_EMBED_ORIGINS", default="")
BEAMPORT_SITE_URL = os.environ.get("BEAMPORT_SITE_URL", "")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
APPEND_SLASH = False

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_ADD_HEADERS_FUNCTION = add_to_static
SPA_DIST_DIR = BASE_DIR / "frontend" / "spa" / "dist"
STATICFILES_DIRS = [SPA_DIST_DIR] if SPA_DIST_DIR.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": SPA_DIST_DIR / "manifest.json"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.APIKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttles.SenderThrottle"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.GatedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "accounts.api.answer_page.AnswerPageRenderer",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Beamport",
    "DESCRIPTION": "Queue, watch, steer, find and download a beamline's runs.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "QueueItemKindEnum": ["plan", "queue_stop"],
        "RuleKindEnum": "accounts.models.RuleKind",
        "ProposalRoleEnum": "accounts.roles.ProposalRole",
        "StaffRoleEnum": "accounts.roles.StaffRole",
        "NoticeKindEnum": "notices.models.NoticeKind",
        "LogEntryKindEnum": "logbook.models.EntryKind",
        "LogLineKindEnum": ["entry", "chat", "run"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi_examples.add_examples",
    ],
}

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 2, "socket_connect_timeout": 1, "max_retries": 1}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

BEAMPORT_MANIFEST_DIR = Path(os.environ.get("BEAMPORT_MANIFESTS", BASE_DIR / "config" / "beamlines"))
BEAMPORT_JOURNAL_DIR = VAR_DIR / "journal"
BEAMPORT_FRAMES_DIR = VAR_DIR / "frames"
BEAMPORT_EXPORTS_DIR = VAR_DIR / "exports"
BEAMPORT_EXPORT_DAYS = float(os.environ.get("BEAMPORT_EXPORT_DAYS", "7"))
BEAMPORT_ATTACHMENTS_DIR = VAR_DIR / "attachments"
BEAMPORT_ATTACHMENT_MAX_BYTES = int(os.environ.get("BEAMPORT_ATTACHMENT_MAX_BYTES", str(50 * 2**20)))
BEAMPORT_CLAMD = os.environ.get("BEAMPORT_CLAMD", "")
BEAMPORT_ASSET_ROOTS = [
    Path(root) for root in words("BEAMPORT_ASSET_ROOTS", default=str(BEAMPORT_FRAMES_DIR))
]
BEAMPORT_ASSET_ROOT_MAP = words("BEAMPORT_ASSET_ROOT_MAP", default="")
BEAMPORT_READERS = words("BEAMPORT_READERS", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "work": {"()": "acquisition.worker.log_context.WorkFilter"},
        "asked": {"()": "config.log_lines.RequestFilter"},
    },
    "formatters": {
        "line": {
            "class": "config.log_lines.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "config.json_logs.JSONFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if os.environ.get("BEAMPORT_JSON_LOGS") == "on" else "line",
            "filters": ["work", "asked"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"caproto": {"level": "WARNING"}},
}
