package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.kms.call.ServiceTrouble;
import com.azure.security.keyvault.keys.cryptography.models.SignResult;
import com.azure.security.keyvault.keys.cryptography.models.SignatureAlgorithm;
import com.azure.security.keyvault.keys.models.JsonWebKey;
import com.azure.security.keyvault.keys.models.KeyCurveName;
import com.azure.security.keyvault.keys.models.KeyType;
import com.azure.security.keyvault.keys.models.KeyVaultKey;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Signs with the current version of the signing key, in the vault, and verifies with the version that signed, here: its public half is fetched from the vault, and looked at again after five
 * minutes, so that a version that was disabled is believed no longer than that. Thread-safe.
 */
final class SigningKeys {
    /** Of ES256: r and s, 32 bytes each. */
    static final int SIGNATURE_BYTES = 64;

    private static final Duration BELIEVED = Duration.ofMinutes(5);
    private static final int MOST_VERSIONS = 64;

    private final AzureConnection azure;
    private final AzureKeyUrl key;
    private final Clock clock;
    private final ConcurrentHashMap<String, Known> versions = new ConcurrentHashMap<>();

    SigningKeys(AzureConnection azure, AzureKeyUrl key, Clock clock) {
        this.azure = azure;
        this.key = key;
        this.clock = clock;
    }

    /** @param message given the version that is going to sign */
    Signed sign(Function<String, byte[]> message) throws ServiceTrouble {
        KeyVaultKey current = azure.describe(key);
        String version = azure.versionOf(key, current.getId());
        PublicKey verifier = verifier(current);
        byte[] signed = message.apply(version);
        byte[] digest = AzureKmsRootKey.sha256(signed);
        SignResult result = azure.ask(key.at(version), vault -> vault.sign(SignatureAlgorithm.ES256, digest));
        azure.requireSame(key.at(version), result.getKeyId());
        byte[] signature = result.getSignature() == null ? new byte[0] : result.getSignature();
        if (!verifies(verifier, signed, signature)) {
            throw ServiceTrouble.lasting("a signature that is not good");
        }
        return new Signed(version, signature);
    }

    boolean verifies(String version, byte[] message, byte[] signature) throws ServiceTrouble {
        return verifies(verifier(version), message, signature);
    }

    private PublicKey verifier(String version) throws ServiceTrouble {
        Instant now = clock.instant();
        Known known = versions.get(version);
        if (known != null && now.isBefore(known.until())) {
            return known.key();
        }
        KeyVaultKey described = azure.describe(key.at(version));
        azure.requireSame(key.at(version), described.getId());
        PublicKey verifier = verifier(described);
        if (versions.size() >= MOST_VERSIONS) {
            versions.clear();
        }
        versions.put(version, new Known(verifier, now.plus(BELIEVED)));
        return verifier;
    }

    private static PublicKey verifier(KeyVaultKey described) throws ServiceTrouble {
        if (!Boolean.TRUE.equals(described.getProperties().isEnabled())) {
            throw ServiceTrouble.lasting("a version of the signing key that is disabled");
        }
        JsonWebKey jwk = described.getKey();
        boolean elliptic = KeyType.EC.equals(jwk.getKeyType()) || KeyType.EC_HSM.equals(jwk.getKeyType());
        if (!elliptic || !KeyCurveName.P_256.equals(jwk.getCurveName())) {
            throw ServiceTrouble.lasting("a signing key that is not of the curve P-256");
        }
        try {
            return jwk.toEc().getPublic();
        } catch (RuntimeException malformed) {
            throw ServiceTrouble.lasting("a signing key without a point: " + ServiceTrouble.kinds(malformed));
        }
    }

    private static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(key);
            verifier.update(message);
            return signature.length == SIGNATURE_BYTES && verifier.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks ECDSA", e);
        }
    }

    /** A signature and the version that made it. */
    record Signed(String version, byte[] signature) {}

    private record Known(PublicKey key, Instant until) {}
}
