package ai.scailabs.vault.credentials.connector.azure;

import ai.scailabs.vault.credentials.connector.rest.ApiEndpoint;
import java.net.URI;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A cloud of Azure's.
 *
 * @param login where Entra ID gives tokens
 * @param graph Microsoft Graph
 * @param management the Resource Manager
 */
public record AzureSite(URI login, URI graph, URI management) {
    public static final String LOGIN = "login_endpoint";
    public static final String GRAPH = "graph_endpoint";
    public static final String MANAGEMENT = "management_endpoint";

    private static final AzureSite PUBLIC = new AzureSite(
            URI.create("https://login.microsoftonline.com"),
            URI.create("https://graph.microsoft.com"),
            URI.create("https://management.azure.com"));

    /**
     * The public cloud, unless the members of other names than its own are given.
     *
     * @param development whether endpoints on this machine may be plain
     * @param refusal of a member, with what is wrong
     */
    public static AzureSite parse(
            @Nullable String login,
            @Nullable String graph,
            @Nullable String management,
            boolean development,
            BiFunction<String, String, ? extends RuntimeException> refusal) {
        return new AzureSite(
                ApiEndpoint.parse(LOGIN, login, PUBLIC.login, development, refusal),
                ApiEndpoint.parse(GRAPH, graph, PUBLIC.graph, development, refusal),
                ApiEndpoint.parse(MANAGEMENT, management, PUBLIC.management, development, refusal));
    }
}
