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
        return factory(trustSystem());
    }

    /** As {@link #system}, for what makes TLS by itself. */
    public static TrustManagerFactory trustSystem() {
        return trust(null);
    }

    /**
     * Those, and others.
     *
     * @param authorities a PEM file of certificates
     * @throws IOException when it cannot be read
     */
    public static SSLSocketFactory systemAnd(Path authorities) throws IOException {
        return factory(trustSystemAnd(authorities));
    }

    /** As {@link #systemAnd}, for what makes TLS by itself. */
    public static TrustManagerFactory trustSystemAnd(Path authorities) throws IOException {
        try (InputStream in = Files.newInputStream(authorities)) {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int count = 0;
            for (TrustManager manager : trustSystem().getTrustManagers()) {
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
            return trust(all);
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
        return factory(trustOnly(authorities));
    }

    /** As {@link #only}, for what makes TLS by itself. */
    public static TrustManagerFactory trustOnly(String authorities) throws IOException {
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
            return trust(named);
        } catch (GeneralSecurityException unusable) {
            throw new IOException("the certificates cannot be used", unusable);
        }
    }

    private static TrustManagerFactory trust(@Nullable KeyStore authorities) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities);
            return factory;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the runtime's certificates cannot be used", e);
        }
    }

    private static SSLSocketFactory factory(TrustManagerFactory trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }
}
