package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.login.TargetLogins;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.credentials.rotation.WebhookCalls.Call;
import ai.scailabs.vault.credentials.rotation.WebhookCalls.WebhookRefusal;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretRenewal;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * A secret that somebody's program changes where it is used. It cannot be asked which value counts there, so that what was begun is ended: the members that are made are kept first, and are set, verified and published, each again after an accident, under the
 * same idempotency keys. Thread-safe.
 */
final class WebhookRotation implements ConnectedRotation<WebhookConnector> {
    private static final String SET = "rotation.set";
    private static final String VERIFY = "rotation.verify";
    private static final String RETIRE = "rotation.retire";

    private static final String SIGNING_SECRET = "signing_secret";
    /** Bytes that nobody guesses. */
    private static final int LEAST_SIGNING_SECRET = 16;

    private static final int ID_BYTES = 16;

    private final PendingValues pending;
    private final TargetLogins logins;
    private final WebhookCalls calls;
    private final MadeValues values;
    private final SecretPolicyService recipes;
    private final SecretRenewal secrets;
    private final RotationListener listener;
    private final Ids ids;

    WebhookRotation(
            PendingValues pending,
            TargetLogins logins,
            WebhookCalls calls,
            MadeValues values,
            SecretPolicyService recipes,
            SecretRenewal secrets,
            RotationListener listener,
            Ids ids) {
        this.pending = pending;
        this.logins = logins;
        this.calls = calls;
        this.values = values;
        this.recipes = recipes;
        this.secrets = secrets;
        this.listener = listener;
        this.ids = ids;
    }

    /** Asks whether the values that are there are those that count. */
    @Override
    public WebhookConnector require(
            WebhookConnector connector,
            StandingRight right,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            int version) {
        Call call = new Call(VERIFY, rotation(ids.nextUuid(), version), path.value(), version);
        try (SensitiveBytes signing = signingSecret(connector, right);
                SensitiveBytes current = copy(permit, space, path, version)) {
            calls.post(connector.url(), signing, call, current);
            return connector;
        } catch (TargetException refused) {
            throw TargetRefusals.unsuitable(refused);
        } catch (WebhookRefusal refused) {
            throw TargetRefusals.unsuitable(String.valueOf(refused.getMessage()), WebhookRefusal.REASON);
        }
    }

    private SensitiveBytes copy(Permit permit, SecretSpace space, SecretPath path, int version) {
        return secrets.look(
                permit,
                space,
                path,
                version,
                current -> SensitiveBytes.owning(current.expose().clone()));
    }

    private SensitiveBytes signingSecret(WebhookConnector connector, StandingRight right) {
        SensitiveBytes secret = logins.readText(
                right,
                RotationEntries.BY,
                connector.signingSecretPath(),
                "connector.signing_secret_path",
                SIGNING_SECRET);
        if (secret.length() < LEAST_SIGNING_SECRET) {
            secret.close();
            throw ConnectorMembers.invalid(
                    "connector.signing_secret_path", "names a secret of fewer than " + LEAST_SIGNING_SECRET + " bytes");
        }
        return secret;
    }

    /** Makes the members that are to be others, and keeps them. */
    @Override
    public boolean prepare(WebhookConnector connector, Assignment due, Permit permit, SecretSpace space, UUID holder) {
        UUID recipe = due.recipe();
        SecretPolicy policy = recipe == null ? null : recipes.active(space.owner(), recipe);
        try (SensitiveBytes made =
                secrets.look(permit, space, due.path(), due.version(), current -> values.members(current, policy))) {
            boolean kept = pending.keep(due, holder, made);
            listener.reached(RotationStep.KEPT);
            return kept;
        }
    }

    @Override
    public void settle(
            WebhookConnector connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            UUID holder,
            Trigger trigger,
            AuditEntry entry) {
        int seen = Objects.requireNonNull(due.pendingOn(), "nothing is on its way");
        String rotation = rotation(due.id(), seen);
        int next = due.version() + 1;
        try (SensitiveBytes made = pending.open(due);
                SensitiveBytes current = copy(permit, space, due.path(), due.version())) {
            if (!values.holds(current, made)) {
                try (SensitiveBytes whole = values.joined(current, made);
                        SensitiveBytes signing = signingSecret(connector, due.right())) {
                    String path = due.path().value();
                    calls.post(connector.url(), signing, new Call(SET, rotation, path, next), whole);
                    listener.reached(RotationStep.SET_THERE);
                    calls.post(connector.url(), signing, new Call(VERIFY, rotation, path, next), whole);
                    listener.reached(RotationStep.VERIFIED);
                }
                values.publishMembers(
                        permit,
                        space,
                        due.path(),
                        made,
                        Precondition.versionIs(due.version()),
                        RotationJournal.CLIENT + trigger.wireName(),
                        entry);
                listener.reached(RotationStep.PUBLISHED);
            }
            pending.drop(due, holder);
            listener.reached(RotationStep.SETTLED);
        } catch (TargetException refused) {
            throw TargetRefusals.unavailable(refused);
        } catch (WebhookRefusal refused) {
            throw TargetRefusals.unavailable(
                    String.valueOf(refused.getMessage()), WebhookRefusal.REASON, String.valueOf(refused.status()));
        }
    }

    /** Says of each that it is no longer read. */
    @Override
    public void retire(
            WebhookConnector connector,
            Assignment seen,
            Permit permit,
            SecretSpace space,
            UUID holder,
            List<Integer> versions) {
        try (SensitiveBytes signing = signingSecret(connector, seen.right())) {
            for (int version : versions) {
                Call call = new Call(
                        RETIRE, rotation(seen.id(), version), seen.path().value(), version);
                calls.post(connector.url(), signing, call, null);
            }
            listener.reached(RotationStep.RETIRED_THERE);
        } catch (TargetException refused) {
            throw TargetRefusals.unavailable(refused);
        } catch (WebhookRefusal refused) {
            throw TargetRefusals.unavailable(
                    String.valueOf(refused.getMessage()), WebhookRefusal.REASON, String.valueOf(refused.status()));
        }
    }

    /** The same for whoever goes on with it, and nobody's else. @param version that is replaced */
    private static String rotation(UUID assignment, int version) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((assignment + ":" + version).getBytes(StandardCharsets.US_ASCII));
            return "rot_" + HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
