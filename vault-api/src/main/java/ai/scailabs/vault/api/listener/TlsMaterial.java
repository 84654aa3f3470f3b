package ai.scailabs.vault.api.listener;

import ai.scailabs.vault.api.listener.UnusableTlsFile.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * What TLS is made of at one moment: files that were read once and found to belong together, and perhaps an identity that was handed over.
 *
 * @param fingerprint SHA-256 of all of it: tells whether it has changed
 * @param identity the service's own; absent when no file holds it and none was handed over
 * @param clientAuthorities absent when client certificates are not asked for
 */
record TlsMaterial(
        byte[] fingerprint,
        @Nullable TlsIdentity identity,
        @Nullable KeyStore clientAuthorities) {
    private static final int MAX_FILE_BYTES = 1024 * 1024;

    /** @param handedOver in the place of what the files say; absent: what the files say */
    static TlsMaterial read(TlsFiles files, @Nullable TlsIdentity handedOver) throws UnusableTlsFile {
        MessageDigest digest = sha256();
        TlsIdentity identity = handedOver == null ? ofFiles(files, digest) : digested(handedOver, digest);
        String authorities = files.clientAuthorities() == null
                ? null
                : text(Part.CLIENT_AUTHORITIES, files.clientAuthorities(), digest);
        if (files.clientRevocations() != null) {
            requireLists(text(Part.CLIENT_REVOCATIONS, files.clientRevocations(), digest));
        }
        PemSslStore trusted =
                authorities == null ? null : PemSslStore.of(certificates(Part.CLIENT_AUTHORITIES, authorities), null);
        return new TlsMaterial(digest.digest(), identity, new PemSslStoreBundle(null, trusted).getTrustStore());
    }

    private static @Nullable TlsIdentity ofFiles(TlsFiles files, MessageDigest digest) throws UnusableTlsFile {
        if (files.certificate() == null || files.key() == null) {
            return null;
        }
        String certificate = text(Part.CERTIFICATE, files.certificate(), digest);
        String key = text(Part.KEY, files.key(), digest);
        return TlsIdentity.of(certificates(Part.CERTIFICATE, certificate), privateKey(key))
                .orElseThrow(() -> new UnusableTlsFile(Part.KEY, "names the key of another certificate"));
    }

    private static TlsIdentity digested(TlsIdentity handedOver, MessageDigest digest) {
        try {
            digest.update(handedOver.leaf().getEncoded());
            return handedOver;
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("a certificate that was decoded does not encode", impossible);
        }
    }

    /** Of the identity, in memory alone. */
    static KeyStore keyStore(TlsIdentity identity) {
        PemSslStore own = PemSslStore.of(identity.chain(), identity.key());
        return Objects.requireNonNull(new PemSslStoreBundle(own, null).getKeyStore());
    }

    private static String text(Part part, Path file, MessageDigest digest) throws UnusableTlsFile {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new UnusableTlsFile(part, "names a file of more than a megabyte");
            }
            byte[] content = Files.readAllBytes(file);
            digest.update((byte) part.ordinal());
            digest.update(content);
            String text = new String(content, StandardCharsets.US_ASCII);
            if (!text.contains("-----BEGIN ")) {
                throw new UnusableTlsFile(part, "names a file that is not PEM");
            }
            return text;
        } catch (IOException unreadable) {
            throw new UnusableTlsFile(part, "names a file that cannot be read");
        }
    }

    private static List<X509Certificate> certificates(Part part, String pem) throws UnusableTlsFile {
        try {
            PemSslStore store = PemSslStore.load(PemSslStoreDetails.forCertificate(pem));
            List<X509Certificate> found = store == null ? null : store.certificates();
            if (found != null && !found.isEmpty()) {
                return found;
            }
        } catch (RuntimeException malformed) {
            // Said below, without what was found.
        }
        throw new UnusableTlsFile(part, "names a file that holds no PEM certificate");
    }

    private static PrivateKey privateKey(String pem) throws UnusableTlsFile {
        try {
            PemSslStore store = PemSslStore.load(new PemSslStoreDetails(null, null, pem));
            PrivateKey key = store == null ? null : store.privateKey();
            if (key != null) {
                return key;
            }
        } catch (RuntimeException malformed) {
            // Said below, without what was found.
        }
        throw new UnusableTlsFile(Part.KEY, "names a file that holds no PEM private key without a password");
    }

    private static void requireLists(String pem) throws UnusableTlsFile {
        try {
            boolean none = CertificateFactory.getInstance("X.509")
                    .generateCRLs(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .isEmpty();
            if (!none) {
                return;
            }
        } catch (GeneralSecurityException malformed) {
            // Said below.
        }
        throw new UnusableTlsFile(Part.CLIENT_REVOCATIONS, "names a file that holds no PEM revocation list");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
