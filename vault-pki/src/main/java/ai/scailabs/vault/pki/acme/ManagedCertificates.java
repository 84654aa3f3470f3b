package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.issuance.KeyPackaging;
import ai.scailabs.vault.pki.issuance.KeystoreRoom;
import ai.scailabs.vault.pki.serving.ServingCertificate;
import ai.scailabs.vault.pki.serving.ServingJournal;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import ai.scailabs.vault.pki.x509.RevocationReason;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Certificate;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.exception.AcmeException;

/**
 * Certificates of a tenant that are ordered and renewed by ACME. Who manages the tenant may see, renew and revoke them; others as policies say of {@code pki/acme/<account>}. Their private keys take a rule with
 * {@code admin} there, whatever role somebody has. Thread-safe.
 */
public final class ManagedCertificates {
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** Stands for certificates that are not there: it is the name of no account. */
    private static final SecretPath NOBODYS = AcmeAccount.virtualPath("-");

    private final ManagedRepository certificates;
    private final OrderService orders;
    private final AcmeClient client;
    private final AccessControl access;
    private final KeystoreRoom keystores;
    private final SecureRandom random;

    ManagedCertificates(
            ManagedRepository certificates,
            OrderService orders,
            AcmeClient client,
            AccessControl access,
            KeystoreRoom keystores,
            SecureRandom random) {
        this.certificates = certificates;
        this.orders = orders;
        this.client = client;
        this.access = access;
        this.keystores = keystores;
        this.random = random;
    }

    /** @throws VaultException {@code access_denied}; {@code certificate_not_found} */
    public ManagedCertificate get(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.READ);
    }

    /**
     * Those whose account the caller may read, oldest first, without their versions. Pages are full.
     *
     * @param after the last one of the page before; null to begin
     */
    public CertificatePage list(Caller caller, TenantId tenant, int limit, @Nullable UUID after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<ManagedCertificate> shown = new ArrayList<>();
        UUID position = after == null ? BEFORE_ALL : after;
        while (true) {
            List<ManagedCertificate> found = certificates.page(tenant, position, limit + 1);
            found.stream()
                    .filter(each -> readable.test(AcmeAccount.virtualPath(each.accountName())))
                    .forEach(shown::add);
            if (shown.size() > limit) {
                return new CertificatePage(List.copyOf(shown.subList(0, limit)), true);
            }
            if (found.size() <= limit) {
                return new CertificatePage(List.copyOf(shown), false);
            }
            position = found.getLast().id();
        }
    }

    /**
     * Whether it is renewed by itself, from now on. While a version is being made, that says when the next is due.
     *
     * @throws VaultException {@code access_denied}; {@code certificate_not_found}; {@code conflict} for one that would be renewed for a key that was compromised
     */
    public ManagedCertificate changeRenewal(Caller caller, UUID id, boolean autoRenew, AuditEntry entry) {
        ManagedCertificate found = permitted(caller, entry.tenant(), id, Permission.WRITE);
        CertificateVersion newest = found.versions().getFirst();
        Instant due = client.times().renewal(newest.notBefore(), newest.notAfter());
        certificates.transactions().inTransaction(entry.tenant(), tx -> {
            if (RenewalStart.lock(tx, id).orElseThrow().exposed() && autoRenew) {
                throw OrderService.exposed();
            }
            certificates.changeRenewal(tx, id, autoRenew, due, client.now());
            client.orderRows().record(tx, described(entry, found, Map.of("auto_renew", autoRenew)));
            return id;
        });
        return certificates.find(entry.tenant(), id).orElseThrow(ManagedCertificates::notFound);
    }

    /**
     * The certificate that an order is about, without its key.
     *
     * @param version null for the newest
     * @throws VaultException {@code access_denied}; {@code acme_order_not_found}; {@code version_not_found}; {@code conflict} while there is none
     */
    public IssuedChain chain(Caller caller, TenantId tenant, UUID orderId, @Nullable Integer version) {
        AcmeOrder order = orders.permitted(caller, tenant, orderId, Permission.READ);
        CertificateVersion wanted = version(order, version);
        try (KeyBundle bundle = client.keys().open(tenant, order.partner(), wanted.keyId())) {
            return new IssuedChain(order.certificate(), wanted, bundle.chain(), null, null, null);
        }
    }

    /**
     * The same with its private key. Takes a rule with {@code admin} on the account: a role that manages the tenant opens no secret.
     *
     * @throws VaultException as {@link #chain}; {@code conflict} where the caller has the key; {@code rate_limited} when too many keystores are being written
     */
    public IssuedChain export(
            Caller caller, TenantId tenant, UUID orderId, @Nullable Integer version, KeyPackaging packaging) {
        AcmeOrder order = client.orderRows().find(tenant, orderId).orElse(null);
        access.requireRule(
                caller, Permission.ADMIN, order == null ? NOBODYS : AcmeAccount.virtualPath(order.accountName()));
        if (order == null) {
            throw OrderService.notFound();
        }
        CertificateVersion wanted = version(order, version);
        if (!wanted.hasKey()) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "The key is with whoever made the request", Map.of("state", "no_key"));
        }
        try (KeystoreRoom.Seat _ = packaging.isCostly() ? keystores.enter(tenant) : KeystoreRoom.Seat.NONE;
                KeyBundle bundle = client.keys().open(tenant, order.partner(), wanted.keyId())) {
            KeyPair pair = bundle.pair();
            String alias = order.terms().names().getFirst().text();
            SensitiveBytes packed = packaging.isCostly()
                    ? keystores.write(() -> packaging.pack(pair, alias, bundle.chain(), random))
                    : packaging.pack(pair, alias, bundle.chain(), random);
            KeystoreFormat format = packaging instanceof KeyPackaging.Keystore file ? file.format() : null;
            String keyType = SubjectKey.of(pair.getPublic()).spec().keyType();
            return new IssuedChain(order.certificate(), wanted, bundle.chain(), keyType, packed, format);
        }
    }

    private CertificateVersion version(AcmeOrder order, @Nullable Integer version) {
        ManagedCertificate certificate = certificates
                .find(order.tenant(), order.certificate())
                .orElseThrow(() -> new VaultException(
                        ErrorCode.CONFLICT,
                        "There is no certificate: the order is "
                                + order.status().wireName(),
                        Map.of("state", order.status().wireName())));
        return certificate.versions().stream()
                .filter(each -> version == null || each.version() == version)
                .findFirst()
                .orElseThrow(() -> new VaultException(ErrorCode.VERSION_NOT_FOUND, "There is no such version"));
    }

    /**
     * Revokes a version at the directory. The newest is replaced at once where the certificate is renewed by itself; not with the caller's own request for a key that was compromised, of which nothing is made any more.
     *
     * @param version null for the newest
     * @throws VaultException as {@link #chain}; {@code validation_error} when the directory refuses; {@code backend_unavailable}
     */
    public CertificateVersion revoke(
            Caller caller, UUID orderId, @Nullable Integer version, RevocationReason reason, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        AcmeOrder order = orders.permitted(caller, tenant, orderId, Permission.ADMIN);
        CertificateVersion wanted = version(order, version);
        if (wanted.revokedAt() == null) {
            revokeThere(order, wanted, reason);
            certificates.transactions().inTransaction(tenant, tx -> {
                certificates.lockVersion(tx, order.certificate());
                certificates.revoke(tx, order.certificate(), wanted.version(), reason, client.now());
                if (reason == RevocationReason.KEY_COMPROMISE && order.terms().csr() != null) {
                    certificates.endRenewal(tx, order.certificate(), client.now());
                }
                Map<String, Object> extra = new HashMap<>(entry.extra());
                extra.put("certificate_id", order.certificateText());
                extra.put("serial_number", wanted.serialText());
                extra.put("reason", reason.wireName());
                client.orderRows().record(tx, entry.withPath(order.text()).withExtra(extra));
                return wanted;
            });
        } else {
            certificates.transactions().inTransaction(tenant, tx -> {
                client.orderRows().record(tx, entry.withPath(order.text()));
                return wanted;
            });
        }
        return version(order, wanted.version());
    }

    private void revokeThere(AcmeOrder order, CertificateVersion version, RevocationReason reason) {
        AcmeAccount account =
                client.accountRows().find(order.tenant(), order.accountId()).orElseThrow(AccountService::notFound);
        try (KeyBundle bundle = client.keys().open(order.tenant(), order.partner(), version.keyId())) {
            Login login = client.logins().open(order.tenant(), order.partner(), account);
            Certificate.revoke(login, leaf(bundle), org.shredzone.acme4j.RevocationReason.code(reason.code()));
        } catch (DirectoryFailure failure) {
            throw failure.refusal();
        } catch (VaultException ours) {
            throw ours;
        } catch (AcmeException | RuntimeException refused) {
            DirectoryFailure failure = DirectoryFailure.of(refused);
            // Somebody revoked it and died before it was stored.
            if (!failure.problem().is("alreadyRevoked")) {
                throw failure.refusal();
            }
        }
    }

    /** What the service speaks TLS by, where an operator names this certificate for it: the one way to a key without a rule, and to this key alone. */
    public ServingCertificate forServing(TenantId tenant, UUID certificate, ServingJournal journal) {
        return new ManagedServingCertificate(certificates, client.keys(), journal, tenant, certificate);
    }

    private static X509Certificate leaf(KeyBundle bundle) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bundle.chain().getFirst()));
        } catch (CertificateException impossible) {
            throw new IllegalStateException("a certificate was stored that cannot be read", impossible);
        }
    }

    /** Who may have nothing like it learns nothing of whether it is there. */
    private ManagedCertificate permitted(Caller caller, TenantId tenant, UUID id, Permission permission) {
        ManagedCertificate found = certificates.find(tenant, id).orElse(null);
        access.requireManaged(
                caller, permission, found == null ? NOBODYS : AcmeAccount.virtualPath(found.accountName()));
        if (found == null) {
            throw notFound();
        }
        return found;
    }

    private static AuditEntry described(AuditEntry entry, ManagedCertificate certificate, Map<String, Object> more) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(more);
        extra.put("acme_account", certificate.accountName());
        return entry.withPath(certificate.text()).withExtra(extra);
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate");
    }
}
