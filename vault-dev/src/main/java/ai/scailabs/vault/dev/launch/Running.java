package ai.scailabs.vault.dev.launch;

import java.util.Map;

/**
 * What a running development server has to offer.
 *
 * @param databaseUrl with the owner's login
 * @param tokens by identity; empty when the caller brought a ScaiKey of their own
 */
record Running(String baseUrl, String issuer, String databaseUrl, Map<String, String> tokens) {
    @Override
    public String toString() {
        return "Running[" + baseUrl + "]";
    }
}
