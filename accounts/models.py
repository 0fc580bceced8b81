"""Rows of people, places, roles, keys, and of what was done."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from accounts.door.models import (  # noqa: F401  Django looks for models here
    Identity,
    RecoveryCode,
    SecondFactor,
    Session,
)
from accounts.models_of_samples import Sample as Sample
from accounts.models_of_visits import Visit as Visit
from accounts.models_of_visits import VisitMember as VisitMember
from accounts.roles import ProposalRole as ProposalRole
from accounts.roles import StaffRole as StaffRole

# A number stands in addresses and file names: no slash, no leading dot.
PROPOSAL_NUMBER = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", "Letters, digits, '.', '_' and '-', the first a letter or digit."
)


class User(AbstractUser):
    """A person who can sign in."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_facility_admin = models.BooleanField(
        "facility administrator",
        default=False,
        help_text="May do everything on every beamline, and manages accounts and proposals.",
    )
    external_id = models.CharField(
        max_length=100,
        null=True,
        blank=True,
        unique=True,
        help_text="Their name in the user office's system.",
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("username"), name="accounts_user_username_any_case"),
        ]

    @property
    def display_name(self) -> str:
        """Give the full name where there is one, else the username."""
        return self.get_full_name() or self.username


class Beamline(models.Model):
    """A place where experiments run; its name is the key used everywhere."""

    name = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    data_owner = models.CharField(
        max_length=200, blank=True, help_text="Who owns data taken here, where the proposal does not say."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Audience(models.TextChoices):
    """Who may read published data."""

    OWN_PEOPLE = "", "its own people"
    SIGNED_IN = "signed_in", "everybody who is signed in"
    EVERYONE = "everyone", "everybody, also without an account"


class Proposal(models.Model):
    """The tenant: runs, items, assets and log entries belong to one."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=64, unique=True, validators=[PROPOSAL_NUMBER])
    title = models.CharField(max_length=300, blank=True)
    beamlines = models.ManyToManyField(Beamline, related_name="proposals", blank=True)
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Control only from then on.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Control only until then.")
    is_closed = models.BooleanField(default=False, help_text="Closed: data can be read, nothing is added.")
    external_id = models.CharField(
        max_length=100, null=True, blank=True, unique=True, help_text="Its name in the system it came from."
    )
    audience = models.CharField(
        "published for",
        max_length=16,
        choices=Audience.choices,
        blank=True,
        default=Audience.OWN_PEOPLE,
        help_text="Who else may read its data, once the embargo is over.",
    )
    embargo_until = models.DateTimeField(
        null=True, blank=True, help_text="Its own people and staff only until then, also when published."
    )
    data_owner = models.CharField(max_length=200, blank=True, help_text="Who owns its data.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(starts_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="accounts_proposal_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="accounts_proposal_audience"
            ),
        ]
        indexes = [
            models.Index(
                fields=["embargo_until"],
                condition=models.Q(audience__gt=""),
                name="accounts_proposal_published",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def is_running_at(self, moment: datetime) -> bool:
        """Tell whether the visit is on at `moment`: not closed and within its dates."""
        if self.is_closed:
            return False
        started = self.starts_at is None or self.starts_at <= moment
        return started and (self.ends_at is None or moment < self.ends_at)

    def audience_at(self, moment: datetime) -> Audience:
        """Give who besides its people and staff may read its data at `moment`."""
        is_embargoed = self.embargo_until is not None and moment < self.embargo_until
        return Audience.OWN_PEOPLE if is_embargoed else Audience(self.audience)


class Membership(models.Model):
    """One person's role in one proposal."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=32, choices=ProposalRole.choices, default=ProposalRole.MEMBER)

    class Meta:
        ordering = ["proposal_id", "user_id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "proposal"], name="accounts_membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=ProposalRole.values), name="accounts_membership_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.proposal_id}: {self.role}"


class StaffAssignment(models.Model):
    """One person's role at one beamline."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_assignments")
    beamline = models.ForeignKey(Beamline, on_delete=models.CASCADE, related_name="staff_assignments")
    role = models.CharField(max_length=32, choices=StaffRole.choices, default=StaffRole.BEAMLINE_STAFF)

    class Meta:
        ordering = ["beamline_id", "user_id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "beamline"], name="accounts_assignment_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=StaffRole.values), name="accounts_assignment_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.beamline_id}: {self.role}"


class Group(models.Model):
    """People to whom the same rules apply; of one beamline, or of the whole facility."""

    name = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200, blank=True)
    beamline = models.ForeignKey(
        Beamline,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="people_groups",
        help_text="Whose staff keep it; empty: the whole facility's, kept by its administrators.",
    )
    members = models.ManyToManyField(User, related_name="people_groups", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BuiltInGroup(models.TextChoices):
    """Groups in which people are by their roles."""

    EVERYONE = "everyone", "everyone"
    STAFF = "staff", "staff of the beamline"
    MEMBERS = "members", "people of a proposal"
    BEAMLINE_STAFF = "beamline_staff", "beamline staff"
    LOCAL_CONTACT = "local_contact", "local contact"
    PRINCIPAL_INVESTIGATOR = "principal_investigator", "principal investigator"
    MEMBER = "member", "member"
    OBSERVER = "observer", "observer"


class RuleKind(models.TextChoices):
    """What a rule is about."""

    PLAN = "plan", "plan (name or pattern)"
    DEVICE = "device", "device (dotted name or pattern)"
    VALUE = "value", "range of a device's value"
    PARAMETER = "parameter", "range of a plan's parameter (plan.parameter)"
    POINTS = "points", "most points of a run (plan)"


class RuleEffect(models.TextChoices):
    """What a rule about a plan or a device says."""

    ALLOW = "allow", "allow"
    FORBID = "forbid", "forbid"


class RuleAct(models.TextChoices):
    """How far a rule about a device goes: to move is to read, too."""

    READ = "read", "read"
    MOVE = "move", "move"


class Rule(models.Model):
    """One line of who may do what at a beamline; without any line everybody may what their roles allow."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    beamline = models.ForeignKey(Beamline, on_delete=models.CASCADE, related_name="rules")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="rules")
    built_in = models.CharField(
        "built-in group", max_length=32, choices=BuiltInGroup.choices, blank=True, default=""
    )
    proposal = models.ForeignKey(
        Proposal, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: for every proposal."
    )
    kind = models.CharField(max_length=16, choices=RuleKind.choices)
    effect = models.CharField(max_length=8, choices=RuleEffect.choices, default=RuleEffect.ALLOW)
    act = models.CharField(max_length=8, choices=RuleAct.choices, default=RuleAct.MOVE)
    pattern = models.CharField(max_length=200, help_text="As in scan, *_scan, sx, camera.cam, count.num")
    minimum = models.FloatField(null=True, blank=True, help_text="In the device's own units.")
    maximum = models.FloatField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="Why it is so; told with a refusal.")

    class Meta:
        ordering = ["beamline_id", "kind", "pattern", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(group__isnull=True, built_in__in=BuiltInGroup.values)
                | models.Q(group__isnull=False, built_in=""),
                name="accounts_rule_for_one_group",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["plan", "device"])
                | models.Q(minimum__isnull=False)
                | models.Q(maximum__isnull=False),
                name="accounts_rule_range_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pattern} for {self.group_id or self.built_in} at {self.beamline_id}"


class TokenSession(models.Model):
    """What a program got for a password: while it stands, its tokens can be used and renewed.

    The tokens themselves are signed and kept nowhere.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_sessions")
    password_stamp = models.CharField("digest that a new password changes", max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    refreshed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"

    def is_valid_at(self, moment: datetime) -> bool:
        """Tell whether its tokens open anything at `moment`."""
        return self.revoked_at is None and moment < self.expires_at


class APIKey(models.Model):
    """A secret for programs; it narrows its owner and never adds a right. Only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    prefix = models.CharField(max_length=8, unique=True)
    hashed = models.CharField("SHA-256 of the key", max_length=64)
    scopes = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, null=True, blank=True)
    beamline = models.ForeignKey(Beamline, on_delete=models.CASCADE, null=True, blank=True)
    session = models.ForeignKey(
        TokenSession,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
        help_text="The sign-in of a program that made the key for its sockets.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"bp_{self.prefix}_…"

    def is_valid_at(self, moment: datetime) -> bool:
        """Tell whether the key opens anything at `moment`."""
        return self.revoked_at is None and moment < self.expires_at


class SignInRecord(models.Model):
    """Tries to sign in to one account name from one address; slows guessing down.

    The account is kept as a digest of the name typed, which may be a password typed in the wrong box.
    """

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "address"], name="accounts_sign_in_once"),
        ]
        indexes = [models.Index(fields=["address"], name="accounts_sign_in_address")]

    def __str__(self) -> str:
        return f"{self.account[:8]} from {self.address}: {self.failures} failures"


class AuditEntry(models.Model):
    """One act. Rows are only added: the database refuses to change or remove them, and each is chained."""

    at = models.DateTimeField()
    actor_kind = models.TextField()
    username = models.TextField(blank=True)
    key_prefix = models.TextField(blank=True)
    address = models.TextField(blank=True)
    on_behalf_of = models.TextField(blank=True)
    action = models.TextField()
    object_kind = models.TextField(blank=True)
    object_id = models.TextField(blank=True)
    beamline = models.TextField(blank=True)
    proposal = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["beamline", "-id"], name="accounts_audit_beamline"),
            models.Index(fields=["proposal", "-id"], name="accounts_audit_proposal"),
            models.Index(fields=["username", "-id"], name="accounts_audit_username"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.username} {self.action} {self.object_id}"
