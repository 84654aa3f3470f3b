package ai.scailabs.vault.access.token;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;

/** Where the keys of an issuer come from. */
@FunctionalInterface
interface KeySource {
    /** @throws IOException when the set cannot be had or is not one; its message is for the log */
    JWKSet fetch() throws IOException, InterruptedException;
}
