package ai.scailabs.vault.server.tls;

import ai.scailabs.vault.api.listener.TlsIdentity;
import ai.scailabs.vault.pki.serving.ServingKey;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether TLS can be spoken by what was opened. */
final class ServableIdentity {
    /** As the runtime calls the keys that it speaks TLS by. */
    private static final Set<String> KEYS = Set.of("RSA", "EC", "EdDSA");

    private static final Set<String> FOR_SERVERS = Set.of("1.3.6.1.5.5.7.3.1", "2.5.29.37.0");

    private ServableIdentity() {}

    static TlsIdentity of(ServingKey opened) throws UnservedCertificate {
        List<X509Certificate> chain = withoutRoot(opened.chain());
        if (!KEYS.contains(opened.key().getAlgorithm())) {
            throw new UnservedCertificate("has a key of a kind that TLS is not spoken by");
        }
        if (!isForServers(chain.getFirst())) {
            throw new UnservedCertificate("is not for servers (server_auth)");
        }
        return TlsIdentity.of(chain, opened.key())
                .orElseThrow(() -> new UnservedCertificate("does not belong to the key that is kept of it"));
    }

    /** Whoever trusts a root has it (RFC 8446 §4.4.2). */
    private static List<X509Certificate> withoutRoot(List<byte[]> encoded) throws UnservedCertificate {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] each : encoded) {
            X509Certificate certificate = decoded(each);
            boolean root = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
            if (chain.isEmpty() || !root) {
                chain.add(certificate);
            }
        }
        if (chain.isEmpty()) {
            throw new UnservedCertificate("is kept without its chain");
        }
        return chain;
    }

    private static X509Certificate decoded(byte[] der) throws UnservedCertificate {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException unreadable) {
            throw new UnservedCertificate("has a chain that the runtime cannot read");
        }
    }

    private static boolean isForServers(X509Certificate leaf) throws UnservedCertificate {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            return usages == null || usages.stream().anyMatch(FOR_SERVERS::contains);
        } catch (CertificateException unreadable) {
            throw new UnservedCertificate("has a chain that the runtime cannot read");
        }
    }
}
