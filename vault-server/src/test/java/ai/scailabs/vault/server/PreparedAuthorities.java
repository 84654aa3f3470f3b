package ai.scailabs.vault.server;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/**
 * Authorities of a prepared tenant that have to do with others.
 *
 * @param pending one that waits for its certificate, and stays so
 * @param certifiable one for which there is a certificate
 * @param certificate the body with it
 * @param rotatable a root that may get other keys
 * @param outgoing those whose keys leave
 */
record PreparedAuthorities(
        String pending, String certifiable, Map<String, Object> certificate, String rotatable, Leaving outgoing) {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final KeyPair OUTSIDE = keys();
    private static final X500Name OUTSIDE_NAME = new X500Name("CN=Prepared Outside");

    static PreparedAuthorities create(ApiClient owner) {
        String certifiable = pending(owner);
        String csr = owner.get("/v1/pki/ca/" + certifiable + "/csr")
                .expect(200)
                .json()
                .get("csr_pem")
                .stringValue();
        return new PreparedAuthorities(
                pending(owner), certifiable, certificate(csr), created(owner, "ca_type", "root"), new Leaving(owner));
    }

    static Map<String, Object> password() {
        return Map.of("password", "prepared for the test");
    }

    /** Made when they are asked for: encrypting a key takes most of a second. */
    static final class Leaving {
        private final ApiClient owner;
        private @Nullable Outgoing here;
        private @Nullable Outgoing backed;
        private @Nullable Outgoing gone;

        private Leaving(ApiClient owner) {
            this.owner = owner;
        }

        /** Whose keys may be backed up. */
        synchronized Outgoing here() {
            here = here == null ? Outgoing.brought(owner) : here;
            return here;
        }

        /** Whose backup may be confirmed. */
        synchronized Outgoing backed() {
            backed = backed == null ? Outgoing.brought(owner).backedUp(owner) : backed;
            return backed;
        }

        /** Whose keys are gone. */
        synchronized Outgoing gone() {
            gone = gone == null ? Outgoing.brought(owner).backedUp(owner).gone(owner) : gone;
            return gone;
        }
    }

    /** One that came with its key, so that the test has it when it leaves. */
    record Outgoing(String id, X500Name name, PrivateKey key, String backup) {
        static Outgoing brought(ApiClient owner) {
            KeyPair keys = keys();
            X500Name name = new X500Name("CN=Prepared Import " + COUNT.incrementAndGet());
            String id = owner.post("/v1/pki/ca/import", importable(keys, name))
                    .expect(201)
                    .json()
                    .get("id")
                    .stringValue();
            return new Outgoing(id, name, keys.getPrivate(), "");
        }

        Outgoing backedUp(ApiClient owner) {
            String hash = owner.post("/v1/pki/ca/" + id + "/offline", password())
                    .expect(200)
                    .json()
                    .get("backup_sha256")
                    .stringValue();
            return new Outgoing(id, name, key, hash);
        }

        Outgoing gone(ApiClient owner) {
            owner.post("/v1/pki/ca/" + id + "/offline/confirm", Map.of("backup_sha256", backup))
                    .expect(200);
            return this;
        }

        /** Newer than all before. */
        Map<String, Object> list() {
            try {
                Instant now = Instant.now();
                byte[] der = new X509v2CRLBuilder(name, Date.from(now))
                        .setNextUpdate(Date.from(now.plus(Duration.ofDays(90))))
                        .addExtension(
                                Extension.cRLNumber,
                                false,
                                new CRLNumber(BigInteger.valueOf(now.toEpochMilli() + COUNT.incrementAndGet())))
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key))
                        .getEncoded();
                return Map.of("crl_pem", pem("X509 CRL", der));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String toString() {
            return "Outgoing[" + id + "]";
        }
    }

    private static String pending(ApiClient owner) {
        return created(owner, "ca_type", "intermediate", "signed_by", "external");
    }

    private static String created(ApiClient owner, String... more) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name", "foreign-" + COUNT.incrementAndGet(), "common_name", "Prepared Foreign", "key_type", "ec"));
        for (int i = 0; i < more.length; i += 2) {
            body.put(more[i], more[i + 1]);
        }
        return owner.post("/v1/pki/ca", body).expect(201).json().get("id").stringValue();
    }

    /** Another one each time, with its key. */
    static Map<String, Object> importable() {
        return importable(keys(), new X500Name("CN=Prepared Import " + COUNT.incrementAndGet()));
    }

    private static Map<String, Object> importable(KeyPair keys, X500Name name) {
        try {
            return Map.of(
                    "name",
                    "imported-" + COUNT.incrementAndGet(),
                    "certificate_pem",
                    signed(
                            name,
                            SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()),
                            name,
                            keys.getPrivate()),
                    "private_key_pem",
                    pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> certificate(String csr) {
        try {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(
                    Base64.getMimeDecoder().decode(csr.replaceAll("-----[A-Z ]+-----", "")));
            return Map.of(
                    "certificate_pem",
                    signed(request.getSubject(), request.getSubjectPublicKeyInfo(), OUTSIDE_NAME, OUTSIDE.getPrivate()),
                    "chain_pem",
                    List.of(signed(
                            OUTSIDE_NAME,
                            SubjectPublicKeyInfo.getInstance(OUTSIDE.getPublic().getEncoded()),
                            OUTSIDE_NAME,
                            OUTSIDE.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The certificate of an authority, in PEM. */
    private static String signed(X500Name subject, SubjectPublicKeyInfo key, X500Name issuer, PrivateKey by)
            throws Exception {
        return signed(subject, key, issuer, by, Instant.now().plus(Duration.ofDays(300)));
    }

    /** One that ends then. */
    static String signed(X500Name subject, SubjectPublicKeyInfo key, X500Name issuer, PrivateKey by, Instant end)
            throws Exception {
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        byte[] der = new X509v3CertificateBuilder(
                        issuer,
                        BigInteger.valueOf(COUNT.incrementAndGet()).setBit(100),
                        Date.from(end.minus(Duration.ofDays(301))),
                        Date.from(end),
                        subject,
                        key)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(by))
                .getEncoded();
        return pem("CERTIFICATE", der);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
