package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * Orders of a tenant: taken here, carried out by {@link OrderWorker}. Who manages the tenant may do all of it; others what policies say of {@code pki/acme/<account>}: {@code write} to order, {@code read} to see. A
 * change and its audit row are one transaction. Thread-safe.
 */
public final class OrderService {
    /** Under way, of one tenant. */
    public static final int MAX_OPEN = 1_000;

    private static final Duration PATIENCE = Duration.ofHours(24);
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** Stands for orders that are not there: it is the name of no account. */
    private static final SecretPath NOBODYS = AcmeAccount.virtualPath("-");

    private final OrderRepository orders;
    private final ManagedRepository certificates;
    private final AccountService accounts;
    private final SignatureProvider signatures;
    private final OrderTally tally;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    OrderService(
            OrderRepository orders,
            ManagedRepository certificates,
            AccountService accounts,
            SignatureProvider signatures,
            OrderTally tally,
            AccessControl access,
            Clock clock,
            Ids ids) {
        this.orders = orders;
        this.certificates = certificates;
        this.accounts = accounts;
        this.signatures = signatures;
        this.tally = tally;
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * A certificate, from its first version on.
     *
     * @throws VaultException {@code acme_account_not_found}; {@code access_denied}; {@code conflict} when the account was deactivated, or too much is under way; and as {@link OrderForm}
     */
    public AcmeOrder issue(Caller caller, OrderForm.Fields fields, AuditEntry entry) {
        UUID accountId = OrderForm.account(fields);
        AcmeAccount account = accounts.usable(caller, entry.tenant(), accountId);
        CertificateTerms terms = OrderForm.terms(fields, signatures);
        boolean autoRenew = !Boolean.FALSE.equals(fields.autoRenew());
        UUID order = ids.nextUuid();
        UUID certificate = ids.nextUuid();
        String by = caller.actor().identity().value();
        orders.transactions().inTransaction(entry.tenant(), tx -> {
            requireRoom(tx);
            Instant now = now();
            certificates.insert(tx, certificate, account.id(), terms, autoRenew, now, by);
            orders.insert(tx, order, certificate, account.id(), false, null, now, now.plus(PATIENCE), by);
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("names", terms.names().stream().map(OrderedName::text).toList());
            extra.put("challenge_type", terms.challenge().wireName());
            extra.put("acme_account", account.name());
            orders.record(tx, entry.withPath(Ids.text(AcmeOrder.PREFIX, order)).withExtra(extra));
            return order;
        });
        tally.reached(account.provider().wireName(), OrderStatus.PENDING);
        return orders.find(entry.tenant(), order).orElseThrow(OrderService::notFound);
    }

    private void requireRoom(TenantTransaction tx) {
        if (orders.open(tx) >= MAX_OPEN) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "Too many orders are under way", Map.of("state", "full", "max_open", MAX_OPEN));
        }
    }

    /** @throws VaultException {@code access_denied}; {@code acme_order_not_found} */
    public AcmeOrder get(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.READ);
    }

    /**
     * Those whose account the caller may read, oldest first. Pages are full.
     *
     * @param status null for all
     * @param after the last one of the page before; null to begin
     */
    public OrderPage list(
            Caller caller, TenantId tenant, @Nullable OrderStatus status, int limit, @Nullable UUID after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<AcmeOrder> shown = new ArrayList<>();
        UUID position = after == null ? BEFORE_ALL : after;
        while (true) {
            List<AcmeOrder> found = orders.page(tenant, status, position, limit + 1);
            found.stream()
                    .filter(order -> readable.test(AcmeAccount.virtualPath(order.accountName())))
                    .forEach(shown::add);
            if (shown.size() > limit) {
                return new OrderPage(List.copyOf(shown.subList(0, limit)), true);
            }
            if (found.size() <= limit) {
                return new OrderPage(List.copyOf(shown), false);
            }
            position = found.getLast().id();
        }
    }

    /**
     * Another version of the certificate that the order made, now.
     *
     * @return the order that makes it
     * @throws VaultException {@code access_denied}; {@code acme_order_not_found}; {@code conflict} when there is no certificate to renew, one is being made already, its request is of a key that was compromised, or the
     *     account was deactivated
     */
    public AcmeOrder renew(Caller caller, UUID id, AuditEntry entry) {
        AcmeOrder order = permitted(caller, entry.tenant(), id, Permission.WRITE);
        accounts.usable(caller, entry.tenant(), order.accountId());
        UUID renewal = ids.nextUuid();
        String by = caller.actor().identity().value();
        try {
            orders.transactions().inTransaction(entry.tenant(), tx -> {
                requireRoom(tx);
                RenewalStart.Due due = RenewalStart.lock(tx, order.certificate())
                        .orElseThrow(() -> conflict("There is no certificate to renew", "no_certificate"));
                if (due.exposed()) {
                    throw exposed();
                }
                RenewalStart.begin(tx, orders, due, renewal, now(), by);
                Map<String, Object> extra = new HashMap<>(entry.extra());
                extra.put("renewal_order_id", Ids.text(AcmeOrder.PREFIX, renewal));
                extra.put("certificate_id", ManagedCertificate.idText(order.certificate()));
                orders.record(tx, entry.withPath(order.text()).withExtra(extra));
                return renewal;
            });
        } catch (DuplicateKeyException underWay) {
            throw conflict("A version of the certificate is being made already", "under_way");
        }
        tally.reached(order.provider(), OrderStatus.PENDING);
        return orders.find(entry.tenant(), renewal).orElseThrow(OrderService::notFound);
    }

    /** Of a certificate whose key the caller has, and which was revoked for that key. */
    static VaultException exposed() {
        return conflict(
                "The certificate was revoked because its key was compromised; order another with a new request",
                "key_compromised");
    }

    private static VaultException conflict(String message, String state) {
        return new VaultException(ErrorCode.CONFLICT, message, Map.of("state", state));
    }

    /** Who may have nothing like it learns nothing of whether it is there. */
    AcmeOrder permitted(Caller caller, TenantId tenant, UUID id, Permission permission) {
        AcmeOrder found = orders.find(tenant, id).orElse(null);
        access.requireManaged(
                caller, permission, found == null ? NOBODYS : AcmeAccount.virtualPath(found.accountName()));
        if (found == null) {
            throw notFound();
        }
        return found;
    }

    public static VaultException notFound() {
        return new VaultException(ErrorCode.ACME_ORDER_NOT_FOUND, "There is no such ACME order");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
