package ai.scailabs.vault.api.listener;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * TLS 1.3 and 1.2 in the service itself, with forward secrecy and authenticated encryption only (RFC 9325). When the files are replaced, {@link #reload} puts them to use for new
 * connections; files that do not belong together are left alone until they do. An identity that is handed over by {@link #use} takes the place of the one in the files, and is nowhere but in memory. Connections that are
 * open stay as they are. Without an identity the port does not open. Thread-safe.
 */
public final class TlsListener implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    private static final Logger LOG = LoggerFactory.getLogger(TlsListener.class);

    private static final String PROTOCOLS = "TLSv1.3+TLSv1.2";
    private static final String SUITES_OF_TLS_1_3 =
            "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
    private static final String SUITES_OF_TLS_1_2 = String.join(
            ":",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    private static final String GROUPS = "x25519,secp256r1,secp384r1";

    private final TlsFiles files;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile TlsMaterial inUse;
    private @Nullable TlsIdentity handedOver;
    private @Nullable AbstractHttp11Protocol<?> protocol;
    private byte[] refused = {};

    /** @throws UnusableTlsFile when the files are not there or do not belong together */
    public TlsListener(TlsFiles files) throws UnusableTlsFile {
        this.files = files;
        this.inUse = TlsMaterial.read(files, null);
    }

    /** What every JVM that serves TLS must be told before it does: a client may not ask for a new handshake on an old connection, which costs it little and the server much. */
    public static void prepareRuntime() {
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addConnectorCustomizers(this::install);
    }

    private void install(Connector connector) {
        if (!(connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http)) {
            throw new IllegalStateException("the connector does not speak HTTP/1.1");
        }
        connector.setScheme("https");
        connector.setSecure(true);
        http.setSSLEnabled(true);
        changing.lock();
        try {
            if (inUse.identity() != null) {
                http.addSslHostConfig(hostConfig(inUse, inUse.identity()));
            }
            protocol = http;
        } finally {
            changing.unlock();
        }
    }

    /** The certificate that new connections are shown; empty before there is one. */
    public Optional<X509Certificate> shown() {
        return Optional.ofNullable(inUse.identity()).map(TlsIdentity::leaf);
    }

    /** Shows this one to new connections from now on, whatever the files hold. False when it cannot be used now: then all stays as it was. */
    public boolean use(TlsIdentity identity) {
        changing.lock();
        try {
            TlsMaterial found = TlsMaterial.read(files, identity);
            if (protocol != null) {
                protocol.addSslHostConfig(hostConfig(found, identity), true);
            }
            inUse = found;
            handedOver = identity;
            return true;
        } catch (UnusableTlsFile problem) {
            LOG.warn("TLS goes on with what it has: {} {}", problem.part(), problem.getMessage());
            return false;
        } catch (RuntimeException unusable) {
            LOG.error("TLS goes on with what it has: the new certificate cannot be used", unusable);
            return false;
        } finally {
            changing.unlock();
        }
    }

    /** Looks at the files, and uses them from now on when they have changed and are good. */
    public void reload() {
        changing.lock();
        try {
            if (protocol != null) {
                reload(protocol);
            }
        } finally {
            changing.unlock();
        }
    }

    private void reload(AbstractHttp11Protocol<?> http) {
        TlsMaterial found;
        try {
            found = TlsMaterial.read(files, handedOver);
        } catch (UnusableTlsFile problem) {
            // Somebody may be replacing them one by one at this moment.
            LOG.warn("TLS goes on with the files of before: {} {}", problem.part(), problem.getMessage());
            return;
        }
        TlsIdentity identity = found.identity();
        if (identity == null
                || Arrays.equals(found.fingerprint(), inUse.fingerprint())
                || Arrays.equals(found.fingerprint(), refused)) {
            return;
        }
        try {
            http.addSslHostConfig(hostConfig(found, identity), true);
            inUse = found;
            LOG.info(
                    "TLS uses new files: the certificate is number {}, valid until {}",
                    identity.leaf().getSerialNumber().toString(16),
                    identity.leaf().getNotAfter().toInstant());
        } catch (RuntimeException unusable) {
            refused = found.fingerprint();
            LOG.error("TLS goes on with the files of before: the new ones cannot be used", unusable);
        }
    }

    private SSLHostConfig hostConfig(TlsMaterial material, TlsIdentity identity) {
        SSLHostConfig host = new SSLHostConfig();
        host.setProtocols(PROTOCOLS);
        host.setCiphers(SUITES_OF_TLS_1_2);
        host.setCipherSuites(SUITES_OF_TLS_1_3);
        host.setGroups(GROUPS);
        host.setHonorCipherOrder(true);
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeystore(TlsMaterial.keyStore(identity));
        certificate.setCertificateKeystorePassword("");
        host.addCertificate(certificate);
        if (material.clientAuthorities() != null) {
            host.setTrustStore(material.clientAuthorities());
            host.setCertificateVerification("required");
        }
        if (files.clientRevocations() != null) {
            host.setCertificateRevocationListFile(files.clientRevocations().toString());
        }
        return host;
    }
}
