package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.OptionsPatch;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretDraft;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.SecretType;
import ai.scailabs.vault.secrets.version.VersionView;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Our side of a copy: every look at it and every change is in the right of whoever configured the backend, as that right is then, and recorded as that of anybody. Thread-safe.
 *
 * <p>Besides what each method names: {@code access_denied}, {@code service_unavailable}, {@code kms_unavailable}.
 */
final class LocalSide {
    /** Who does it. */
    static final IdentityId BY = new IdentityId("system:federation");

    private final SecretService secrets;
    private final AccessControl access;
    private final AuditEntries entries;
    private final Ids ids;
    private final Backend backend;
    private final StandingRight right;
    private final SecretSpace space;
    private final Fingerprints fingerprints;

    /** @param secrets that knows of no mounts */
    LocalSide(
            SecretService secrets,
            AccessControl access,
            AuditEntries entries,
            Ids ids,
            Backend backend,
            StandingRight right,
            Fingerprints fingerprints) {
        this.secrets = secrets;
        this.access = access;
        this.entries = entries;
        this.ids = ids;
        this.backend = backend;
        this.right = right;
        this.space = SecretSpace.ofTenant(right.tenant(), right.partner());
        this.fingerprints = fingerprints;
    }

    /**
     * The version that it is then.
     *
     * @throws VaultException {@code version_conflict}; {@code secret_exists} where a deleted one lies; {@code validation_error}
     */
    int write(SecretPath path, RemoteCopy remote, Precondition precondition) {
        return write(access.require(right, Permission.WRITE, path), path, remote, precondition, entry(path));
    }

    /** In another's right. @param permit to write */
    int write(Permit permit, SecretPath path, RemoteCopy remote, Precondition precondition, AuditEntry entry) {
        RemoteVersion version = remote.secret().version();
        SecretDraft draft = new SecretDraft(
                remote.secret().data(),
                SecretType.JSON,
                false,
                remote.metadataJson(),
                OptionsPatch.NONE,
                "version " + version.number() + " of " + version.createdAt() + " of backend " + backend.name(),
                client());
        return secrets.write(permit, space, path, draft, precondition, entry)
                .view()
                .version();
    }

    /** @throws VaultException {@code version_conflict}, {@code secret_not_found}, {@code validation_error} */
    void describe(SecretPath path, String metadataJson, int version) {
        Permit permit = access.require(right, Permission.WRITE, path);
        secrets.replaceMetadata(
                permit,
                space,
                path,
                metadataJson,
                new Precondition.VersionIs(version),
                entry(path, AuditAction.METADATA_UPDATE));
    }

    /**
     * Until when it can be brought back.
     *
     * @throws VaultException {@code version_conflict}, {@code secret_not_found}
     */
    Instant delete(SecretPath path, int version) {
        Permit permit = access.require(right, Permission.DELETE, path);
        return Objects.requireNonNull(
                secrets.softDelete(
                                permit,
                                space,
                                path,
                                new Precondition.VersionIs(version),
                                entry(path, AuditAction.DELETE))
                        .recoverableUntil(),
                "deleted for good");
    }

    /** Its version, which is older than what is there. @throws VaultException {@code conflict}, {@code secret_not_found} */
    int restore(SecretPath path) {
        return restore(access.require(right, Permission.WRITE, path), path, entry(path, AuditAction.RESTORE));
    }

    /** In another's right. @param permit to write */
    int restore(Permit permit, SecretPath path, AuditEntry entry) {
        return secrets.restore(permit, space, path, entry).version();
    }

    /** What lies there, compared with a value. */
    Found look(SecretPath path, byte[] value) {
        Permit permit = access.require(right, Permission.READ, path);
        try (RevealedSecret secret = secrets.read(permit, space, path, null)) {
            byte[] mac = fingerprints.ofValue(path, secret.data().expose());
            return new Found(
                    Found.State.LIVE,
                    secret.view().version(),
                    fingerprints.isValue(path, value, mac),
                    mac,
                    secret.versionCreatedAt());
        } catch (VaultException refused) {
            if (refused.code() != ErrorCode.SECRET_NOT_FOUND) {
                throw refused;
            }
            return Boolean.TRUE.equals(refused.details().get("deleted")) ? Found.DELETED : Found.NOTHING;
        }
    }

    /** Whether its current version is one that was copied from this backend, whatever became of the note of that. */
    boolean isCopy(SecretPath path) {
        Permit permit = access.require(right, Permission.LIST, path);
        List<VersionView> newest =
                secrets.versions(permit, space, path, 1, null).versions();
        return !newest.isEmpty() && client().equals(newest.getFirst().client());
    }

    private String client() {
        return "federation/" + backend.text();
    }

    private AuditEntry entry(SecretPath path) {
        return entry(path, AuditAction.WRITE);
    }

    private AuditEntry entry(SecretPath path, AuditAction action) {
        Attempt attempt = new Attempt(
                backend.tenant(), action, BY, null, path.value(), null, null, ids.next("req_"), System.nanoTime());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("backend", backend.name());
        facts.put("on_behalf_of", right.identity().value());
        return entries.succeeded(attempt).withExtra(facts);
    }

    /**
     * What lies at a path of ours.
     *
     * @param version of what is live; else 0
     * @param mac of what is live, see {@link Fingerprints}; else absent, as is when it was written
     */
    record Found(
            State state,
            int version,
            boolean same,
            byte @Nullable [] mac,
            @Nullable Instant writtenAt) {
        static final Found NOTHING = new Found(State.NOTHING, 0, false, null, null);
        static final Found DELETED = new Found(State.DELETED, 0, false, null, null);

        /** Whether there is a value to compare. */
        enum State {
            NOTHING,
            DELETED,
            LIVE
        }
    }
}
