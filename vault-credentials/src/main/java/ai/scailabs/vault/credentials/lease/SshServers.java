package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.dynamic.DynamicNames;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineService;
import ai.scailabs.vault.credentials.dynamic.ssh.AuthorityKeys;
import ai.scailabs.vault.credentials.ssh.KeyRevocationList;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What SSH servers want to know: whose certificates to believe, which of them not any more, and whether a password is good. Thread-safe. */
public final class SshServers {
    private final LeaseRepository leases;
    private final AuthorityKeys keys;
    private final EngineService engines;
    private final AccessControl access;
    private final LeaseListener listener;

    public SshServers(
            LeaseEnding ending,
            AuthorityKeys keys,
            EngineService engines,
            AccessControl access,
            LeaseListener listener) {
        this.leases = ending.leases();
        this.keys = keys;
        this.engines = engines;
        this.access = access;
        this.listener = listener;
    }

    /** A line for {@code TrustedUserCAKeys}, or for {@code known_hosts} after {@code @cert-authority}. For anybody. @throws VaultException {@code engine_not_found} */
    public String publicKey(UUID engine) {
        return keys.publicKey(tenantOf(engine), engine).orElseThrow(SshServers::noEngine);
    }

    /**
     * The list for {@code RevokedKeys}, as it is at this moment: certificates that were withdrawn and would be valid still. For anybody.
     *
     * @throws VaultException {@code engine_not_found}; {@code service_unavailable} when there are more than a list can have
     */
    public byte[] revoked(UUID engine) {
        TenantId tenant = tenantOf(engine);
        String publicKey = keys.publicKey(tenant, engine).orElseThrow(SshServers::noEngine);
        byte[] authority = Base64.getDecoder().decode(publicKey.substring(publicKey.indexOf(' ') + 1));
        Instant now = leases.now(tenant);
        List<String> withdrawn = leases.withdrawn(tenant, engine, KeyRevocationList.MAX_SERIALS + 1);
        if (withdrawn.size() > KeyRevocationList.MAX_SERIALS) {
            throw new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE, "More certificates were withdrawn than a list can have");
        }
        return KeyRevocationList.encode(
                authority, withdrawn.stream().map(Long::parseUnsignedLong).toList(), now.toEpochMilli(), now);
    }

    private TenantId tenantOf(UUID engine) {
        return keys.tenantOf(engine).orElseThrow(SshServers::noEngine);
    }

    private static VaultException noEngine() {
        return new VaultException(ErrorCode.ENGINE_NOT_FOUND, "There is no such engine");
    }

    /**
     * Has a password be of use, by policies at {@code dynamic/<engine>}: {@code write}. Of two who ask at once one is told so.
     *
     * @param password of which {@link ai.scailabs.vault.credentials.dynamic.ssh.OneTimePassword#accountOf} is the account
     * @return its lease, which has ended
     * @throws VaultException {@code access_denied}, {@code engine_not_found}; {@code lease_not_found} for what is not good, or not any more
     */
    public Lease use(Caller caller, String engineName, Account password, AuditEntry entry) {
        access.requireRule(caller, Permission.WRITE, DynamicNames.ofEngine(engineName));
        Engine engine = engines.existing(entry.tenant(), engineName);
        Lease used = leases.transactions()
                .inTransaction(entry.tenant(), tx -> {
                    Optional<Lease> found = leases.use(tx, engine.id(), password);
                    found.ifPresent(lease -> leases.record(tx, LeaseEntries.about(entry, lease, Map.of())));
                    return found;
                })
                .orElseThrow(LeaseService::notFound);
        listener.ended(used.state().wireName());
        return used;
    }
}
