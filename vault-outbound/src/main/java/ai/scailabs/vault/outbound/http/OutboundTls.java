package ai.scailabs.vault.outbound.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Which authorities vouch for other servers. Verification cannot be switched off. */
public final class OutboundTls {
    private OutboundTls() {}

    /** Those that the runtime trusts. */
    public static SSLSocketFactory system() {
        return factory(trustManagers(null));
    }

    /**
     * Those, and others.
     *
     * @param authorities a PEM file of certificates
     * @throws IOException when it cannot be read
     */
    public static SSLSocketFactory systemAnd(Path authorities) throws IOException {
        try (InputStream in = Files.newInputStream(authorities)) {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int count = 0;
            for (TrustManager manager : trustManagers(null)) {
                if (manager instanceof X509TrustManager known) {
                    for (X509Certificate certificate : known.getAcceptedIssuers()) {
                        all.setCertificateEntry("runtime-" + count++, certificate);
                    }
                }
            }
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                all.setCertificateEntry("named-" + count++, certificate);
            }
            return factory(trustManagers(all));
        } catch (GeneralSecurityException unusable) {
            throw new IOException("the certificates cannot be used", unusable);
        }
    }

    /**
     * Others alone, and none that the runtime trusts.
     *
     * @param authorities certificates in PEM
     * @throws IOException when there are none in it, or they cannot be read
     */
    public static SSLSocketFactory only(String authorities) throws IOException {
        try (InputStream in = new ByteArrayInputStream(authorities.getBytes(StandardCharsets.US_ASCII))) {
            KeyStore named = KeyStore.getInstance(KeyStore.getDefaultType());
            named.load(null, null);
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                named.setCertificateEntry("named-" + count++, certificate);
            }
            if (count == 0) {
                throw new IOException("there are no certificates");
            }
            return factory(trustManagers(named));
        } catch (GeneralSecurityException unusable) {
            throw new IOException("the certificates cannot be used", unusable);
        }
    }

    private static TrustManager[] trustManagers(@Nullable KeyStore authorities) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the runtime's certificates cannot be used", e);
        }
    }

    private static SSLSocketFactory factory(TrustManager[] trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }
}
