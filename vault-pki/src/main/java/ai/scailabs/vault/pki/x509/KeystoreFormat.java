package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.util.PBKDF2Config;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/** One file with a key, its certificate and those above it, under a password. */
public enum KeystoreFormat {
    /** RFC 7292: PBES2 with PBKDF2 of HMAC-SHA256 and AES-256, and a MAC of HMAC-SHA256. */
    PKCS12,
    /** What old programs in Java want. Its own encryption is weak, whatever the password: whoever has the file can try passwords quickly. */
    JKS;

    /** Of each derivation. Ten times what Java writes and fifty times what OpenSSL does, and still a tenth of a second to read. */
    private static final int ITERATIONS = 100_000;

    private static final int SALT_OCTETS = 16;

    /** As it is called in the API. */
    public static Optional<KeystoreFormat> parse(String text) {
        return switch (text) {
            case "pkcs12" -> Optional.of(PKCS12);
            case "jks" -> Optional.of(JKS);
            default -> Optional.empty();
        };
    }

    public String wireName() {
        return switch (this) {
            case PKCS12 -> "pkcs12";
            case JKS -> "jks";
        };
    }

    /**
     * @param alias the name of the one entry
     * @param certificates the key's own first, the root last; DER
     * @param password printable ASCII, which all readers understand alike; still the caller's to wipe
     */
    public SensitiveBytes write(
            KeyPair pair, String alias, List<byte[]> certificates, char[] password, SecureRandom random) {
        try {
            return SensitiveBytes.owning(
                    switch (this) {
                        case PKCS12 -> pkcs12(pair, alias, certificates, password, random);
                        case JKS -> jks(pair, alias, certificates, password);
                    });
        } catch (GeneralSecurityException | IOException | OperatorCreationException | PKCSException e) {
            throw new IllegalStateException("a key that was just made does not fit into a keystore", e);
        }
    }

    private static byte[] pkcs12(
            KeyPair pair, String alias, List<byte[]> certificates, char[] password, SecureRandom random)
            throws IOException, OperatorCreationException, PKCSException {
        SubjectKey key = SubjectKey.of(pair.getPublic());
        PKCS12SafeBagBuilder keyBag = named(
                new PKCS12SafeBagBuilder(
                        PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded()),
                        encryptor(password, ITERATIONS, random)),
                alias,
                key);
        List<PKCS12SafeBag> bags = new ArrayList<>();
        for (byte[] der : certificates) {
            PKCS12SafeBagBuilder bag = new PKCS12SafeBagBuilder(new X509CertificateHolder(der));
            bags.add((bags.isEmpty() ? named(bag, alias, key) : bag).build());
        }
        PKCS12PfxPduBuilder file = new PKCS12PfxPduBuilder();
        file.addEncryptedData(encryptor(password, ITERATIONS, random), bags.toArray(PKCS12SafeBag[]::new));
        file.addData(keyBag.build());
        return file.build(
                        new JcePKCS12MacCalculatorBuilder(NISTObjectIdentifiers.id_sha256)
                                .setIterationCount(ITERATIONS)
                                .setProvider(Algorithms.PROVIDER),
                        password)
                .getEncoded(ASN1Encoding.DER);
    }

    private static PKCS12SafeBagBuilder named(PKCS12SafeBagBuilder bag, String alias, SubjectKey key) {
        return bag.addBagAttribute(PKCSObjectIdentifiers.pkcs_9_at_friendlyName, new DERBMPString(alias))
                .addBagAttribute(PKCSObjectIdentifiers.pkcs_9_at_localKeyId, new DEROctetString(key.keyIdentifier()));
    }

    static OutputEncryptor encryptor(char[] password, int iterations, SecureRandom random)
            throws OperatorCreationException {
        PBKDF2Config derivation = new PBKDF2Config.Builder()
                .withPRF(PBKDF2Config.PRF_SHA256)
                .withIterationCount(iterations)
                .withSaltLength(SALT_OCTETS)
                .build();
        return new JcePKCSPBEOutputEncryptorBuilder(derivation, NISTObjectIdentifiers.id_aes256_CBC)
                .setProvider(Algorithms.PROVIDER)
                .setRandom(random)
                .build(password);
    }

    private static byte[] jks(KeyPair pair, String alias, List<byte[]> certificates, char[] password)
            throws GeneralSecurityException, IOException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : certificates) {
            chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        store.setKeyEntry(alias, pair.getPrivate(), password, chain.toArray(X509Certificate[]::new));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        store.store(file, password);
        return file.toByteArray();
    }

    /** Made when it is first asked for, and registered nowhere, so that nothing else is computed by it. */
    private static final class Algorithms {
        private static final Provider PROVIDER = new BouncyCastleProvider();
    }
}
