package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.aws.AwsKeys;
import ai.scailabs.vault.credentials.connector.aws.UserKey;
import ai.scailabs.vault.credentials.login.AccountMembers;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretRenewal;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A key of a user of AWS. AWS makes it, and tells its secret once, so that first is kept that one is being made ({@link #prepare}), and then, before anything is done with it, the key. A user has two keys at most: beside the secret's there is none when it
 * begins, so that one which is found there afterwards, was made at that time and was never used is what an accident left. Whatever else is found there is somebody's: it is told, and never deleted. Thread-safe.
 */
final class AwsKeyRotation implements ConnectedRotation<AwsKeyConnector> {
    /** What is kept while there is no key yet. */
    private static final String BEING_MADE = "{}";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final EarlierVersions versions;
    private final PendingValues pending;
    private final AwsKeyAccess access;
    private final MadeValues values;
    private final SecretRenewal secrets;
    private final RotationListener listener;

    AwsKeyRotation(
            EarlierVersions versions,
            PendingValues pending,
            AwsKeyAccess access,
            MadeValues values,
            SecretRenewal secrets,
            RotationListener listener) {
        this.versions = versions;
        this.pending = pending;
        this.access = access;
        this.values = values;
        this.secrets = secrets;
        this.listener = listener;
    }

    @Override
    public AwsKeyConnector require(
            AwsKeyConnector connector,
            StandingRight right,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            int version) {
        try (Login known = look(connector, permit, space, path, version);
                AwsKeyAccess.Keeper keeper = access.keeper(connector, right, known)) {
            Set<String> ours = earlier(connector, permit, space, path, version, List.of());
            if (keeper.beside().stream().anyMatch(key -> !ours.contains(key.id()))) {
                throw TargetRefusals.unsuitable(SecondKey.MESSAGE, SecondKey.REASON);
            }
            return connector;
        } catch (TargetException refused) {
            throw TargetRefusals.unsuitable(refused);
        }
    }

    /** Makes room beside the secret's key: the one before it goes, also before its grace has ended. */
    @Override
    public boolean prepare(AwsKeyConnector connector, Assignment due, Permit permit, SecretSpace space, UUID holder) {
        try (Login known = look(connector, permit, space, due.path(), due.version());
                AwsKeyAccess.Keeper keeper = access.keeper(connector, due.right(), known);
                SensitiveBytes none = beingMade()) {
            makeRoom(connector, due, permit, space, keeper, null);
            boolean kept = pending.keep(due, holder, none);
            listener.reached(RotationStep.KEPT);
            return kept;
        } catch (TargetException refused) {
            throw TargetRefusals.unavailable(refused);
        }
    }

    /** @param since when one was being made; absent when none was */
    private void makeRoom(
            AwsKeyConnector connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            AwsKeyAccess.Keeper keeper,
            @Nullable Instant since)
            throws TargetException {
        Set<String> ours = earlier(connector, permit, space, due.path(), due.version(), List.of());
        for (UserKey key : keeper.beside()) {
            if (!ours.contains(key.id()) && (since == null || !keeper.isLeftOver(key, since))) {
                throw TargetRefusals.unavailable(SecondKey.MESSAGE, SecondKey.REASON, null);
            }
            keeper.keys().deleteAccessKey(key.id());
        }
    }

    /** Only what an accident left: the key that theirs replaced has its grace. */
    private void removeLeftOvers(
            AwsKeyConnector connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            AwsKeyAccess.Keeper keeper,
            Instant since)
            throws TargetException {
        Set<String> ours = earlier(connector, permit, space, due.path(), due.version(), List.of());
        for (UserKey key : keeper.beside()) {
            if (!ours.contains(key.id()) && keeper.isLeftOver(key, since)) {
                keeper.keys().deleteAccessKey(key.id());
            }
        }
    }

    @Override
    public void settle(
            AwsKeyConnector connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            UUID holder,
            Trigger trigger,
            AuditEntry entry) {
        try (PendingValues.Kept kept = pending.opened(due);
                Login known = look(connector, permit, space, due.path(), due.version())) {
            Login made = login(connector, kept.value()).orElse(null);
            if (made != null) {
                go(connector, due, permit, space, holder, trigger, entry, known, made, kept.value());
                return;
            }
            try (AwsKeyAccess.Keeper keeper = access.keeper(connector, due.right(), known)) {
                if (isTheirs(connector, due, permit, space, known)) {
                    // It counts, else nobody had been let in by it: there is none to be made.
                    removeLeftOvers(connector, due, permit, space, keeper, kept.keptAt());
                    pending.drop(due, holder);
                    return;
                }
                makeRoom(connector, due, permit, space, keeper, kept.keptAt());
                make(connector, due, permit, space, holder, trigger, entry, known, keeper);
            }
        } catch (TargetException refused) {
            throw TargetRefusals.unavailable(refused);
        }
    }

    /** Whether somebody wrote another key since it began. */
    private boolean isTheirs(AwsKeyConnector connector, Assignment due, Permit permit, SecretSpace space, Login known) {
        int seen = Objects.requireNonNull(due.pendingOn(), "nothing is on its way");
        return seen != due.version()
                && !id(connector, permit, space, due.path(), seen).equals(Optional.of(known.user()));
    }

    private void make(
            AwsKeyConnector connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            UUID holder,
            Trigger trigger,
            AuditEntry entry,
            Login known,
            AwsKeyAccess.Keeper keeper)
            throws TargetException {
        try (SensitiveBytes none = beingMade()) {
            // Its time counts from here.
            requireKept(pending.replace(due, holder, none));
        }
        try (AwsKeys key = keeper.keys().createAccessKey();
                SensitiveBytes members = members(connector, key)) {
            listener.reached(RotationStep.SET_THERE);
            if (!pending.replace(due, holder, members)) {
                keeper.keys().deleteAccessKey(key.accessKeyId());
                throw TargetRefusals.goneOn();
            }
            try (Login made = login(connector, members).orElseThrow()) {
                go(connector, due, permit, space, holder, trigger, entry, known, made, members);
            }
        }
    }

    /** Goes on with a key that is kept. */
    private void go(
            AwsKeyConnector connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            UUID holder,
            Trigger trigger,
            AuditEntry entry,
            Login known,
            Login made,
            SensitiveBytes members)
            throws TargetException {
        if (made.user().equals(known.user())) {
            pending.drop(due, holder);
            return;
        }
        if (isTheirs(connector, due, permit, space, known) && access.isLetIn(connector, known)) {
            // Somebody wrote a key that counts: that is the secret, and the one that was made for it is nobody's.
            try (AwsKeyAccess.Keeper keeper = access.keeper(connector, due.right(), known)) {
                keeper.keys().deleteAccessKey(made.user());
            }
            pending.drop(due, holder);
            return;
        }
        if (!access.isLetInSoon(connector, made)) {
            requireThere(connector, due, holder, known, made);
            throw new TargetException(TargetFailure.LOGIN_REFUSED);
        }
        listener.reached(RotationStep.VERIFIED);
        values.publishMembers(
                permit,
                space,
                due.path(),
                members,
                Precondition.versionIs(due.version()),
                RotationJournal.CLIENT + trigger.wireName(),
                entry);
        listener.reached(RotationStep.PUBLISHED);
        pending.drop(due, holder);
        listener.reached(RotationStep.SETTLED);
    }

    /** Where somebody deleted the key that was made, another is made next. */
    private void requireThere(AwsKeyConnector connector, Assignment due, UUID holder, Login known, Login made)
            throws TargetException {
        try (AwsKeyAccess.Keeper keeper = access.keeper(connector, due.right(), known);
                SensitiveBytes none = beingMade()) {
            if (keeper.beside().stream().noneMatch(key -> key.id().equals(made.user()))) {
                requireKept(pending.replace(due, holder, none));
            }
        }
    }

    private static void requireKept(boolean kept) {
        if (!kept) {
            throw TargetRefusals.goneOn();
        }
    }

    /** Deletes the keys of what is no longer read, unless they are those of what is. */
    @Override
    public void retire(
            AwsKeyConnector connector,
            Assignment seen,
            Permit permit,
            SecretSpace space,
            UUID holder,
            List<Integer> versions) {
        Set<String> gone = new HashSet<>();
        for (int version : versions) {
            id(connector, permit, space, seen.path(), version).ifPresent(gone::add);
        }
        gone.removeAll(earlier(connector, permit, space, seen.path(), seen.version(), versions));
        try (Login known = look(connector, permit, space, seen.path(), seen.version())) {
            gone.remove(known.user());
            if (gone.isEmpty()) {
                return;
            }
            try (AwsKeyAccess.Keeper keeper = access.keeper(connector, seen.right(), known)) {
                for (String id : gone) {
                    keeper.keys().deleteAccessKey(id);
                }
                listener.reached(RotationStep.RETIRED_THERE);
            }
        } catch (TargetException refused) {
            throw TargetRefusals.unavailable(refused);
        }
    }

    private Login look(AwsKeyConnector connector, Permit permit, SecretSpace space, SecretPath path, int version) {
        return secrets.look(permit, space, path, version, value -> login(connector, value))
                .orElseThrow(() -> ConnectorMembers.invalid(
                        "connector.secret_access_key_field", "and access_key_id_field must name texts of the secret"));
    }

    private static Optional<Login> login(AwsKeyConnector connector, SensitiveBytes value) {
        return AccountMembers.login(value, connector.idField(), connector.secretField());
    }

    /** Of earlier versions that can be opened, but for some. */
    private Set<String> earlier(
            AwsKeyConnector connector,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            int version,
            List<Integer> butFor) {
        Set<String> ids = new HashSet<>();
        for (int each : versions.before(space.owner(), path, version)) {
            if (!butFor.contains(each)) {
                id(connector, permit, space, path, each).ifPresent(ids::add);
            }
        }
        return ids;
    }

    private Optional<String> id(
            AwsKeyConnector connector, Permit permit, SecretSpace space, SecretPath path, int version) {
        return secrets.lookBack(permit, space, path, version, value -> {
            try (Login login = login(connector, value).orElse(null)) {
                return login == null ? Optional.empty() : Optional.of(login.user());
            }
        });
    }

    private static SensitiveBytes beingMade() {
        return SensitiveBytes.owning(BEING_MADE.getBytes(StandardCharsets.UTF_8));
    }

    private static SensitiveBytes members(AwsKeyConnector connector, AwsKeys key) {
        String secret = new String(key.secretAccessKey().expose(), StandardCharsets.UTF_8);
        return SensitiveBytes.owning(JSON.writeValueAsBytes(JSON.createObjectNode()
                .put(connector.idField(), key.accessKeyId())
                .put(connector.secretField(), secret)));
    }

    private static final class SecondKey {
        static final String REASON = "second_key";
        static final String MESSAGE =
                "The user has a second key, which was not made here: it must be deleted by whoever it is of";

        private SecondKey() {}
    }
}
