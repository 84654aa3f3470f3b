package ai.scailabs.vault.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Arrays;

/** Looks whether somebody has what they say. */
final class AcmeProofs {
    private final int httpPort;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    /** @param httpPort 0: nothing is looked at */
    AcmeProofs(int httpPort) {
        this.httpPort = httpPort;
    }

    /** RFC 8555 §8.3; challenges of other kinds are believed. */
    boolean holds(String kind, String token, String answer) {
        if (httpPort == 0 || !kind.equals("http-01")) {
            return true;
        }
        URI where = URI.create("http://127.0.0.1:" + httpPort + "/.well-known/acme-challenge/" + token);
        try {
            HttpResponse<String> found = http.send(
                    HttpRequest.newBuilder(where).timeout(Duration.ofSeconds(5)).build(), BodyHandlers.ofString());
            return found.statusCode() == 200 && found.body().stripTrailing().equals(answer);
        } catch (IOException none) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isKey(JWK key, PublicKey other) {
        try {
            return key instanceof AsymmetricJWK pair
                    && Arrays.equals(pair.toPublicKey().getEncoded(), other.getEncoded());
        } catch (JOSEException unusable) {
            return false;
        }
    }
}
