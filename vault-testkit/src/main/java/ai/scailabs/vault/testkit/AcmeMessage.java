package ai.scailabs.vault.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request as RFC 8555 §6.2 has it signed: in flattened JSON, with nothing outside of what is signed. Nothing is believed before {@link #verify}. */
final class AcmeMessage {
    private final JWSHeader header;
    private final JWSObject signed;

    private AcmeMessage(JWSHeader header, JWSObject signed) {
        this.header = header;
        this.signed = signed;
    }

    static AcmeMessage parse(byte[] body) throws AcmeProblem {
        return of(json(new String(body, StandardCharsets.UTF_8)));
    }

    static AcmeMessage of(Map<String, Object> parts) throws AcmeProblem {
        if (!parts.keySet().equals(Set.of("protected", "payload", "signature"))) {
            throw AcmeProblem.malformed("a JWS has protected, payload and signature here, not " + parts.keySet());
        }
        try {
            JWSObject signed =
                    new JWSObject(part(parts, "protected"), part(parts, "payload"), part(parts, "signature"));
            return new AcmeMessage(signed.getHeader(), signed);
        } catch (ParseException | IllegalArgumentException unreadable) {
            throw AcmeProblem.malformed("no JWS: " + unreadable.getMessage());
        }
    }

    private static Base64URL part(Map<String, Object> parts, String name) throws AcmeProblem {
        String text = String.valueOf(parts.get(name));
        if (!text.matches("[A-Za-z0-9_-]*")) {
            throw AcmeProblem.malformed(name + " is not base64url without padding");
        }
        return new Base64URL(text);
    }

    /** What is written in the head beside the algorithm; null where it is not. */
    @Nullable
    String text(String name) {
        Object value = name.equals("kid") ? header.getKeyID() : header.getCustomParam(name);
        return value == null ? null : value.toString();
    }

    @Nullable
    JWK key() {
        return header.getJWK();
    }

    /** @throws AcmeProblem {@code malformed}, {@code badSignatureAlgorithm}, {@code badPublicKey} */
    void verify(JWK key) throws AcmeProblem {
        try {
            JWSVerifier verifier = verifier(key);
            if (!verifier.supportedJWSAlgorithms().contains(header.getAlgorithm())) {
                throw new AcmeProblem(400, "badSignatureAlgorithm", header.getAlgorithm() + " is not of this key");
            }
            if (!signed.verify(verifier)) {
                throw AcmeProblem.malformed("the signature does not verify");
            }
        } catch (JOSEException unusable) {
            throw new AcmeProblem(400, "badPublicKey", String.valueOf(unusable.getMessage()));
        }
    }

    private static JWSVerifier verifier(JWK key) throws JOSEException, AcmeProblem {
        if (key instanceof ECKey ec) {
            return new ECDSAVerifier(ec);
        }
        if (key instanceof RSAKey rsa && rsa.size() >= 2048) {
            return new RSASSAVerifier(rsa);
        }
        throw new AcmeProblem(400, "badPublicKey", "neither EC nor RSA of 2048 bits");
    }

    /** RFC 8555 §6.3: nothing at all is signed. */
    boolean isPostAsGet() {
        return signed.getPayload().toBytes().length == 0;
    }

    Map<String, Object> payload() throws AcmeProblem {
        return json(signed.getPayload().toString());
    }

    private static Map<String, Object> json(String text) throws AcmeProblem {
        try {
            return JSONObjectUtils.parse(text);
        } catch (ParseException unreadable) {
            throw AcmeProblem.malformed("no JSON object");
        }
    }
}
