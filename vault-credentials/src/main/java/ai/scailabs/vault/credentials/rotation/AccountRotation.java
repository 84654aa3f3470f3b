package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.Targets;
import ai.scailabs.vault.credentials.login.AccountMembers;
import ai.scailabs.vault.credentials.login.TargetLogins;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretRenewal;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A secret that is the login of an account, changed there and here. The next value is kept before the account has it ({@link #prepare}); then it is set there, tried by logging in, and published ({@link #settle}). Whoever goes on after an accident asks the
 * target which of the two passwords counts, so that both sides end with the same. Thread-safe.
 */
final class AccountRotation implements ConnectedRotation<AccountConnector> {
    private final EarlierVersions earlier;
    private final PendingValues pending;
    private final TargetLogins logins;
    private final Targets targets;
    private final MadeValues values;
    private final SecretPolicyService recipes;
    private final SecretRenewal secrets;
    private final RotationListener listener;

    AccountRotation(
            EarlierVersions earlier,
            PendingValues pending,
            TargetLogins logins,
            Targets targets,
            MadeValues values,
            SecretPolicyService recipes,
            SecretRenewal secrets,
            RotationListener listener) {
        this.earlier = earlier;
        this.pending = pending;
        this.logins = logins;
        this.targets = targets;
        this.values = values;
        this.recipes = recipes;
        this.secrets = secrets;
        this.listener = listener;
    }

    /** Tries both logins, and holds the connector to the account. */
    @Override
    public AccountConnector require(
            AccountConnector connector,
            StandingRight right,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            int version) {
        try (Login login = secrets.look(permit, space, path, version, current -> login(connector, current));
                Target target = opened(connector, right, login)) {
            connector.requireAccount(login.user());
            target.verify(login);
            return connector.of(login.user());
        } catch (TargetException refused) {
            throw TargetRefusals.unsuitable(refused);
        }
    }

    private static Login login(AccountConnector connector, SensitiveBytes value) {
        return AccountMembers.login(value, connector.usernameField(), connector.passwordField())
                .orElseThrow(() -> ConnectorMembers.invalid(
                        "connector.password_field", "and username_field must name texts of the secret"));
    }

    private Target opened(AccountConnector connector, StandingRight right, Login own) {
        SecretPath path = connector.loginPath();
        return targets.open(
                connector.target(),
                path == null
                        ? new Login(
                                own.user(),
                                SensitiveBytes.owning(own.password().expose().clone()))
                        : logins.read(right, RotationEntries.BY, path, "connector.login_path"));
    }

    /** Makes the next value and keeps it. */
    @Override
    public boolean prepare(AccountConnector connector, Assignment due, Permit permit, SecretSpace space, UUID holder) {
        UUID recipe = due.recipe();
        SecretPolicy policy = recipe == null ? null : recipes.active(space.owner(), recipe);
        try (SensitiveBytes next = secrets.look(permit, space, due.path(), due.version(), current -> {
            try (Login before = login(connector, current)) {
                connector.requireAccount(before.user());
                return values.next(
                        current,
                        policy,
                        connector.usernameField(),
                        connector.next(before.user()),
                        connector.passwordField());
            }
        })) {
            boolean kept = pending.keep(due, holder, next);
            listener.reached(RotationStep.KEPT);
            return kept;
        }
    }

    /** Brings account and secret together. */
    @Override
    public void settle(
            AccountConnector connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            UUID holder,
            Trigger trigger,
            AuditEntry entry) {
        int seen = Objects.requireNonNull(due.pendingOn(), "nothing is on its way");
        try (SensitiveBytes next = pending.open(due);
                Login wanted = login(connector, next);
                Login known =
                        secrets.look(permit, space, due.path(), due.version(), current -> login(connector, current));
                Target target = opened(connector, due.right(), known)) {
            connector.requireAccount(wanted.user());
            boolean published = sameLogin(wanted, known);
            boolean letIn = published || isLetIn(target, wanted);
            if (!letIn && due.version() != seen && isLetIn(target, known)) {
                // Somebody wrote what the account has: that is the secret.
                pending.drop(due, holder);
                return;
            }
            // To be let in does not prove that it was set for good, or everywhere. An account that changes itself by
            // the old password cannot do it twice.
            if (!published && (!letIn || connector.loginPath() != null)) {
                requireHeld(due, holder);
                set(target, wanted, letIn);
                listener.reached(RotationStep.SET_THERE);
                target.verify(wanted);
            }
            if (!published) {
                listener.reached(RotationStep.VERIFIED);
                values.publish(
                        permit,
                        space,
                        due.path(),
                        next,
                        due.version() == seen ? null : Set.of(connector.usernameField(), connector.passwordField()),
                        Precondition.versionIs(due.version()),
                        RotationJournal.CLIENT + trigger.wireName(),
                        entry);
                listener.reached(RotationStep.PUBLISHED);
            }
            pending.drop(due, holder);
            listener.reached(RotationStep.SETTLED);
        } catch (TargetException refused) {
            throw TargetRefusals.unavailable(refused);
        }
    }

    /** Gives the account that is not in use a password that nobody has, when what was its login is no longer read. */
    @Override
    public void retire(
            AccountConnector connector,
            Assignment seen,
            Permit permit,
            SecretSpace space,
            UUID holder,
            List<Integer> versions) {
        if (earlier.isOldOneRead(space.owner(), seen.path())) {
            return;
        }
        try (Login known =
                        secrets.look(permit, space, seen.path(), seen.version(), current -> login(connector, current));
                Target target = opened(connector, seen.right(), known);
                SensitiveBytes nobodys = values.password()) {
            connector.requireAccount(known.user());
            requireHeld(seen, holder);
            target.setPassword(connector.next(known.user()), nobodys);
            listener.reached(RotationStep.RETIRED_THERE);
        } catch (TargetException refused) {
            throw TargetRefusals.unavailable(refused);
        }
    }

    /** Whoever has taken it meanwhile sets what they kept. */
    private void requireHeld(Assignment about, UUID holder) {
        if (!pending.hold(about, holder)) {
            throw TargetRefusals.goneOn();
        }
    }

    /** Where an old password is not taken again, the one that lets in is not either. */
    private static void set(Target target, Login wanted, boolean letIn) throws TargetException {
        try {
            target.setPassword(wanted.user(), wanted.password());
        } catch (TargetException refused) {
            if (!letIn || !target.isOldPassword(refused)) {
                throw refused;
            }
        }
    }

    private static boolean isLetIn(Target target, Login login) throws TargetException {
        try {
            target.verify(login);
            return true;
        } catch (TargetException refused) {
            if (refused.failure() == TargetFailure.LOGIN_REFUSED) {
                return false;
            }
            throw refused;
        }
    }

    private static boolean sameLogin(Login one, Login other) {
        return one.user().equals(other.user())
                && MessageDigest.isEqual(
                        one.password().expose(), other.password().expose());
    }
}
