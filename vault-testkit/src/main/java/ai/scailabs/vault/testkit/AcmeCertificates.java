package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeBook.Account;
import ai.scailabs.vault.testkit.AcmeBook.Order;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Set;

/** What was issued: how it is fetched, and revoked (RFC 8555 §7.4.2, §7.6). */
final class AcmeCertificates {
    private static final String CHAIN = "application/pem-certificate-chain";

    private final AcmeBook book;
    private final AcmeUrls urls;
    private final AcmeWays ways;
    private final AcmeIssuer issuer;
    private final AcmeProofs proofs;
    private final AcmeOrders orders;

    AcmeCertificates(
            AcmeBook book, AcmeUrls urls, AcmeWays ways, AcmeIssuer issuer, AcmeProofs proofs, AcmeOrders orders) {
        this.book = book;
        this.urls = urls;
        this.ways = ways;
        this.issuer = issuer;
        this.proofs = proofs;
        this.orders = orders;
    }

    AcmeAnswer certificate(AcmeCall call) throws AcmeProblem {
        call.requirePostAsGet();
        Order order = orders.own(call);
        X509Certificate leaf = order.certificate;
        String accepted = call.exchange().getRequestHeaders().getFirst("Accept");
        if (leaf == null) {
            throw new AcmeProblem(404, "malformed", "there is no such certificate");
        }
        if (accepted == null || !accepted.contains(CHAIN)) {
            throw new AcmeProblem(406, "malformed", "it is to be had as " + CHAIN);
        }
        String[] parts = call.path().split("/", 4);
        if (parts.length > 3) {
            int root = Integer.parseInt(parts[3]);
            if (ways.isAlternatesLost() || root >= AcmeIssuer.ROOTS) {
                throw new AcmeProblem(404, "malformed", "there is no such chain");
            }
            return AcmeAnswer.of(200, CHAIN, issuer.chain(leaf, root));
        }
        ways.keepWaiting();
        AcmeAnswer answer = AcmeAnswer.of(200, CHAIN, issuer.chain(leaf, 0));
        for (int i = 1; i < AcmeIssuer.ROOTS; i++) {
            answer = answer.with("Link", "<" + urls.of(call.path() + "/" + i) + ">;rel=\"alternate\"");
        }
        return answer;
    }

    /** By the account that ordered it, or by the key that it is for (RFC 8555 §7.6). */
    AcmeAnswer revoke(AcmeMessage message) throws AcmeProblem {
        Account by = null;
        JWK own = message.key();
        if (own == null) {
            String kid = String.valueOf(message.text("kid"));
            by = book.accounts.get(kid.substring(kid.lastIndexOf('/') + 1));
            if (by == null) {
                throw new AcmeProblem(400, "accountDoesNotExist", "there is no such account");
            }
            message.verify(by.key);
        } else {
            message.verify(own);
        }
        Map<String, Object> wish = message.payload();
        X509Certificate leaf = read(String.valueOf(wish.get("certificate")));
        Order order = book.order(each -> leaf.equals(each.certificate));
        boolean may = order != null && (own == null ? order.account == by : proofs.isKey(own, leaf.getPublicKey()));
        if (!may) {
            throw new AcmeProblem(403, "unauthorized", "another's certificate");
        }
        if (wish.get("reason") instanceof Number reason
                && !Set.of(0, 1, 3, 4, 5).contains(reason.intValue())) {
            throw new AcmeProblem(400, "badRevocationReason", reason + " is none");
        }
        if (!book.revoked.add(leaf.getSerialNumber().toString(16))) {
            throw new AcmeProblem(400, "alreadyRevoked", "it was");
        }
        return AcmeAnswer.of(200, "application/json", "");
    }

    private static X509Certificate read(String base64) throws AcmeProblem {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(new Base64URL(base64).decode()));
        } catch (CertificateException unreadable) {
            throw AcmeProblem.malformed("no certificate");
        }
    }
}
