package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.AuthorityGeneration;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.revocation.CertificateStatuses;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Lists for whoever asks: what a list tells is public, and no token is needed to read one. Having one made takes {@code admin} on the authority. Thread-safe. */
public final class CrlService {
    private final CrlRepository lists;
    private final ScheduleRepository schedule;
    private final CrlBuilder builder;
    private final CertificateStatuses statuses;
    private final AuthorityService authorities;
    private final Clock clock;

    public CrlService(
            TenantTransactions transactions,
            CrlBuilder builder,
            CertificateStatuses statuses,
            AuthorityService authorities,
            Clock clock) {
        this.lists = new CrlRepository(transactions);
        this.schedule = new ScheduleRepository(transactions);
        this.builder = builder;
        this.statuses = statuses;
        this.authorities = authorities;
        this.clock = clock;
    }

    /**
     * The list that counts now. The first one of a key is made when somebody asks, if it was not made yet.
     *
     * @param generation of which key; null for the one that signs now
     * @param part null for the list of everything, of an authority whose list is in one part
     * @throws VaultException {@code ca_not_found}; {@code not_found} when the authority has no such list; {@code service_unavailable} while the first one is being made
     */
    public Published published(UUID authority, @Nullable Integer generation, @Nullable Integer part, boolean delta) {
        TenantId tenant = statuses.tenantOf(authority).orElseThrow(CrlService::noAuthority);
        Standing standing = standing(tenant, authority, generation).orElseThrow(CrlService::noAuthority);
        int partitions = standing.partitions();
        if (generation != null && generation > standing.generation()) {
            throw new VaultException(ErrorCode.NOT_FOUND, "The authority has no such key");
        }
        if (part == null && partitions > 1 || part != null && part >= partitions) {
            throw new VaultException(
                    ErrorCode.NOT_FOUND,
                    partitions > 1
                            ? "The list of this authority is in parts: …/crl/0 to …/crl/" + (partitions - 1)
                            : "The list of this authority is in one part: …/crl",
                    Map.of("crl_partitions", partitions));
        }
        CrlScope scope = new CrlScope(tenant, authority, generation == null ? standing.generation() : generation);
        int place = part == null ? 0 : part;
        Optional<StoredCrl> found = lists.current(scope, place, delta);
        if (found.isEmpty() && !standing.anyMade()) {
            if (schedule.isUntried(tenant, authority, scope.generation(), clock.instant())) {
                builder.build(tenant, authority, true);
            }
            found = CrlBuilder.await(() -> lists.current(scope, place, delta));
        }
        StoredCrl list = found.orElseThrow(() -> missing(standing, delta));
        return new Published(list, freshFor(standing, list));
    }

    private static VaultException missing(Standing standing, boolean delta) {
        return standing.anyMade() || delta
                ? new VaultException(ErrorCode.NOT_FOUND, "There is no such list of this authority now")
                : new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The first list of this key is not made yet");
    }

    /** Until the next is made, as far as that is known. */
    private Duration freshFor(Standing standing, StoredCrl list) {
        Instant now = clock.instant();
        Instant until = standing.dueAt().isBefore(list.nextUpdate()) ? standing.dueAt() : list.nextUpdate();
        return until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO;
    }

    /** @throws IOException when the reader is gone, or so slow that the list was disposed of */
    public void write(StoredCrl list, OutputStream target) throws IOException {
        for (int piece = 0; piece < list.pieces(); piece++) {
            target.write(lists.piece(list.tenant(), list.id(), piece)
                    .orElseThrow(() -> new IOException("the list has given way to others long ago")));
        }
    }

    /**
     * Makes all lists of the authority now.
     *
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code conflict} while they are being made, or when none of its keys can sign any, or it has no certificate yet
     */
    public List<StoredCrl> rebuild(Caller caller, TenantId tenant, UUID authority) {
        CertificateAuthority found = authorities.administered(caller, tenant, authority);
        AuthorityGeneration current = found.current();
        List<StoredCrl> made = CrlBuilder.await(() -> builder.build(tenant, authority, true))
                .orElseThrow(() -> new VaultException(
                        ErrorCode.CONFLICT, "The lists are being made already", Map.of("state", "being_made")));
        if (made.isEmpty()) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "No key of the authority can sign a list any more",
                    Map.of("state", unable(found, current)));
        }
        return made.stream()
                .filter(list -> list.generation() == current.number())
                .toList();
    }

    private String unable(CertificateAuthority authority, AuthorityGeneration current) {
        if (authority.keyDestroyedAt() != null) {
            return "offline";
        }
        return current.notAfter().isBefore(clock.instant()) ? "expired" : "no_crl_sign";
    }

    private Optional<Standing> standing(TenantId tenant, UUID authority, @Nullable Integer generation) {
        return lists.transactions()
                .queryOne(
                        tenant,
                        """
                        select a.generation, a.crl_partitions, s.due_at,
                            exists (select from crl c where c.tenant_id = a.tenant_id and c.ca_id = a.ca_id
                                and c.ca_generation = coalesce(?::integer, a.generation) and c.replaced_at is null) as any_made
                        from certificate_authority a join crl_schedule s on s.tenant_id = a.tenant_id and s.ca_id = a.ca_id
                        where a.tenant_id = ? and a.ca_id = ?
                        """,
                        (results, index) -> new Standing(
                                results.getInt(1),
                                results.getInt(2),
                                results.getObject(3, OffsetDateTime.class).toInstant(),
                                results.getBoolean(4)),
                        generation,
                        tenant.value(),
                        authority);
    }

    private static VaultException noAuthority() {
        return new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority");
    }

    private record Standing(int generation, int partitions, Instant dueAt, boolean anyMade) {}

    /** @param freshFor how long nothing newer is expected */
    public record Published(StoredCrl list, Duration freshFor) {}
}
