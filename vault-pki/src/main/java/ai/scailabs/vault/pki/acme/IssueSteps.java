package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.pki.acme.OrderMoves.Held;
import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.pki.x509.Fingerprint;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.io.IOException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Certificate;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.toolbox.AcmeUtils;
import org.shredzone.acme4j.toolbox.JSONBuilder;
import org.shredzone.acme4j.util.CSRBuilder;

/** Has a directory make the certificate of an order, and keeps it. */
final class IssueSteps {
    private static final int MAX_CHAIN = 10;
    /** Of what is over, for whoever asks what became of it. */
    private static final Duration REMEMBERED = Duration.ofDays(400);

    private final OrderMoves moves;
    private final AcmeKeys keys;
    private final ManagedRepository certificates;
    private final RenewalTimes times;

    IssueSteps(OrderMoves moves, AcmeKeys keys, ManagedRepository certificates, RenewalTimes times) {
        this.moves = moves;
        this.keys = keys;
        this.certificates = certificates;
        this.times = times;
    }

    /** The key is durable before the directory hears of it: whoever takes the order up after an accident has the same. */
    void finish(Held held, Login login) throws AcmeException, DirectoryFailure {
        AcmeOrder order = held.order();
        KeySpec spec = order.terms().key();
        if (spec != null && order.progress().keyId() == null) {
            KeyPair pair = keys.make(order.tenant(), spec);
            try (KeyBundle bundle = KeyBundle.of(pair, List.of())) {
                keys.store(order.tenant(), order.partner(), bundle, stored -> {
                    moves.moved(
                            stored.tx(),
                            held,
                            order.status(),
                            Stage.FINALIZE,
                            moves.now(),
                            null,
                            tx -> moves.orders().key(tx, order.id(), stored.keyId()));
                    return stored.keyId();
                });
            }
            return;
        }
        if (certificates.isExposed(order.tenant(), order.certificate())) {
            moves.over(
                    held,
                    DirectoryProblem.ours(
                            "keyCompromised", "the certificate was revoked because its key was compromised", null),
                    tx -> {
                        certificates.lockVersion(tx, order.certificate());
                        certificates.endRenewal(tx, order.certificate(), moves.now());
                    });
            return;
        }
        Order there = ProofSteps.bound(order, login);
        there.fetch();
        Instant next = moves.now();
        switch (there.getStatus()) {
            case READY -> {
                Instant wish = finalized(there, login, request(order));
                next = wish == null ? next : Backoff.poll(wish, next, next);
            }
            case PROCESSING, VALID -> {
                // Somebody sent it and died before it was stored.
            }
            case INVALID -> throw ProofSteps.refused(there);
            default -> {
                moves.waiting(held, Backoff.poll(null, order.progress().since(), moves.now()));
                return;
            }
        }
        moves.on(held, OrderStatus.PROCESSING, Stage.COLLECT, next, "finalized", tx -> {});
    }

    /** When the directory wants to be asked what came of it (RFC 8555 §7.4); null when it does not say. */
    private static @Nullable Instant finalized(Order there, Login login, byte[] csr) throws AcmeException {
        // acme4j's own way forgets what the answer says of time.
        try (Connection connection = login.getSession().connect()) {
            connection.sendSignedRequest(there.getFinalizeLocation(), new JSONBuilder().putBase64("csr", csr), login);
            return connection.getRetryAfter().orElse(null);
        }
    }

    private byte[] request(AcmeOrder order) throws AcmeException {
        byte[] csr = order.terms().csr();
        if (csr != null) {
            return csr;
        }
        try (KeyBundle bundle = open(order)) {
            CSRBuilder builder = new CSRBuilder();
            order.terms().names().forEach(name -> builder.addIdentifier(name.identifier()));
            builder.sign(bundle.pair());
            return builder.getEncoded();
        } catch (IOException impossible) {
            throw new AcmeException("a request could not be made", impossible);
        }
    }

    private KeyBundle open(AcmeOrder order) {
        String keyId = order.progress().keyId();
        if (keyId == null) {
            throw new IllegalStateException("an order that was finalized without a key");
        }
        return keys.open(order.tenant(), order.partner(), keyId);
    }

    void collect(Held held, Login login) throws AcmeException, DirectoryFailure {
        AcmeOrder order = held.order();
        Order there = ProofSteps.bound(order, login);
        Optional<Instant> wish = there.fetch();
        if (there.getStatus() == Status.INVALID) {
            throw ProofSteps.refused(there);
        }
        if (there.getStatus() == Status.READY) {
            // What was sent did not count.
            moves.on(held, OrderStatus.PROCESSING, Stage.FINALIZE, moves.now(), null, tx -> {});
            return;
        }
        if (there.getStatus() != Status.VALID) {
            moves.waiting(held, Backoff.poll(wish.orElse(null), order.progress().since(), moves.now()));
            return;
        }
        keep(held, chain(order, there.getCertificate()));
    }

    private static List<X509Certificate> chain(AcmeOrder order, Certificate certificate)
            throws AcmeException, DirectoryFailure {
        try {
            certificate.download();
        } catch (AcmeServerException notThere) {
            // It is made, and counted: nobody gains by giving it up.
            throw DirectoryFailure.passing(notThere);
        }
        String preferred = order.terms().preferredChain();
        if (preferred == null || certificate.isIssuedBy(preferred)) {
            return certificate.getCertificateChain();
        }
        for (Certificate other : certificate.getAlternateCertificates()) {
            if (isThere(other) && other.isIssuedBy(preferred)) {
                return other.getCertificateChain();
            }
        }
        return certificate.getCertificateChain();
    }

    /** A chain that is named and cannot be had is none. */
    private static boolean isThere(Certificate other) throws AcmeException, DirectoryFailure {
        try {
            other.download();
            return true;
        } catch (AcmeServerException refused) {
            DirectoryFailure failure = DirectoryFailure.of(refused);
            if (failure.isPassing()) {
                throw failure;
            }
            return false;
        }
    }

    private void keep(Held held, List<X509Certificate> chain) throws DirectoryFailure {
        AcmeOrder order = held.order();
        if (chain.isEmpty() || chain.size() > MAX_CHAIN) {
            throw unexpected("a chain of " + chain.size() + " certificates");
        }
        X509Certificate leaf = chain.getFirst();
        if (!instant(leaf.getNotAfter()).isAfter(moves.now())) {
            // It would be renewed at once, and so would be what came of that.
            throw unexpected("a certificate whose time is over");
        }
        requireNames(order, leaf);
        if (order.terms().key() == null) {
            byte[] csrKey = RequestedKey.of(order.terms());
            requireKey(leaf, csrKey);
            store(held, leaf, chain, KeyBundle.withoutKey(csrKey, encoded(chain)));
            return;
        }
        try (KeyBundle made = open(order)) {
            requireKey(leaf, made.publicKey());
            store(held, leaf, chain, new KeyBundle(made.publicKey(), made.privateKey(), encoded(chain)));
        }
    }

    private void store(Held held, X509Certificate leaf, List<X509Certificate> chain, KeyBundle bundle) {
        AcmeOrder order = held.order();
        byte[] sha256 = Fingerprint.sha256(encoded(chain).getFirst());
        Instant renewAt = times.renewal(instant(leaf.getNotBefore()), instant(leaf.getNotAfter()));
        keys.store(order.tenant(), order.partner(), bundle, stored -> {
            int number = certificates.lockVersion(stored.tx(), order.certificate()) + 1;
            Instant now = moves.now();
            CertificateVersion version = new CertificateVersion(
                    number,
                    stored.keyId(),
                    bundle.hasPrivateKey(),
                    leaf.getSerialNumber().toString(16),
                    sha256,
                    DirectoryProblem.bounded(leaf.getIssuerX500Principal().getName(X500Principal.RFC2253), 500),
                    instant(leaf.getNotBefore()),
                    instant(leaf.getNotAfter()),
                    order.id(),
                    now,
                    null,
                    null);
            certificates.insertVersion(stored.tx(), order.certificate(), version);
            certificates.advance(stored.tx(), order.certificate(), version, renewalId(leaf), renewAt, now);
            certificates.prune(stored.tx(), order.certificate(), number);
            moves.orders().forget(stored.tx(), order.certificate(), now.minus(REMEMBERED));
            moves.moved(stored.tx(), held, OrderStatus.VALID, Stage.CLEAN, now, "issued", tx -> {
                moves.orders().made(tx, order.id(), number, now);
                moves.challenges().deleteAnswers(tx, order.id());
                String made = order.progress().keyId();
                if (made != null) {
                    keys.delete(tx, made);
                }
            });
            moves.tellNews(
                    stored.tx(),
                    new RenewalNews.Made(
                            order.tenant(),
                            order.accountName(),
                            order.certificate(),
                            order.id(),
                            order.terms().names().stream()
                                    .map(OrderedName::text)
                                    .toList(),
                            number,
                            order.renewal(),
                            version.serialText(),
                            version.notAfter()));
            return version;
        });
        moves.reached(order, OrderStatus.VALID);
    }

    private static void requireKey(X509Certificate leaf, byte[] wanted) throws DirectoryFailure {
        if (!MessageDigest.isEqual(leaf.getPublicKey().getEncoded(), wanted)) {
            throw unexpected("a certificate for another key");
        }
    }

    private static void requireNames(AcmeOrder order, X509Certificate leaf) throws DirectoryFailure {
        Set<String> certified = new HashSet<>();
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                certified.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
            }
        } catch (CertificateParsingException malformed) {
            throw unexpected("a certificate whose names cannot be read");
        }
        for (OrderedName name : order.terms().names()) {
            // The runtime writes an address of IPv6 at length.
            String text = name.isAddress() ? name.identifier().getIP().getHostAddress() : name.text();
            if (!certified.contains(text)) {
                throw unexpected("a certificate without " + name.text());
            }
        }
    }

    private static DirectoryFailure unexpected(String what) {
        return DirectoryFailure.lasting(DirectoryProblem.ours("unexpected", "the directory gave " + what, null));
    }

    private static List<byte[]> encoded(List<X509Certificate> chain) {
        List<byte[]> all = new ArrayList<>();
        for (X509Certificate each : chain) {
            try {
                all.add(each.getEncoded());
            } catch (CertificateEncodingException impossible) {
                throw new IllegalStateException("a certificate that was read does not encode", impossible);
            }
        }
        return all;
    }

    /** RFC 9773 §4.1; null for a certificate that does not say whose key signed it. */
    private static @Nullable String renewalId(X509Certificate leaf) {
        try {
            return AcmeUtils.getRenewalUniqueIdentifier(leaf);
        } catch (RuntimeException unnamed) {
            return null;
        }
    }

    private static Instant instant(java.util.Date date) {
        return date.toInstant();
    }
}
