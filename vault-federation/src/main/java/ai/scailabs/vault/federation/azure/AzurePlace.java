package ai.scailabs.vault.federation.azure;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A vault, and the cloud that it is in. No other host is one: whoever has a name below these was given it by Azure, so that no token is shown to anybody else.
 *
 * @param vault {@code https://….vault.azure.net}
 * @param service whose tokens it takes, {@code vault.azure.net}
 * @param login who gives them
 */
record AzurePlace(URI vault, String service, URI login) {
    private static final Pattern HOST = Pattern.compile(
            "[a-z][a-z0-9-]{1,22}[a-z0-9]\\.(?<service>vault\\.(?:azure\\.net|azure\\.cn|usgovcloudapi\\.net))");
    private static final Pattern ID = Pattern.compile(
            "https://(?<host>[A-Za-z0-9.-]+)(?::443)?/secrets/(?<name>[A-Za-z0-9-]{1,127})(?:/(?<version>[0-9a-f]{32}))?");
    private static final int HTTPS = 443;

    static AzurePlace of(URI url) throws RemoteException {
        String host = url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
        Matcher form = HOST.matcher(host);
        if (!form.matches() || !"https".equals(url.getScheme()) || !hasItsOwnPort(url)) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED, "vault_url is not the one of a vault, https://….vault.azure.net");
        }
        String service = form.group("service");
        String login = switch (service) {
            case "vault.azure.cn" -> "https://login.chinacloudapi.cn";
            case "vault.usgovcloudapi.net" -> "https://login.microsoftonline.us";
            default -> "https://login.microsoftonline.com";
        };
        return new AzurePlace(URI.create("https://" + host), service, URI.create(login));
    }

    private static boolean hasItsOwnPort(URI url) {
        return url.getPort() == -1 || url.getPort() == HTTPS;
    }

    /** Whether a link leads to secrets of this vault; Azure writes its port. */
    boolean holds(String link) {
        try {
            URI url = URI.create(link);
            return "https".equals(url.getScheme())
                    && url.getRawUserInfo() == null
                    && vault.getHost().equalsIgnoreCase(url.getHost())
                    && hasItsOwnPort(url)
                    && url.getRawPath() != null
                    && url.getRawPath().startsWith("/secrets");
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** The secret and the version that an id of Azure's names; empty when it is not one of this vault. */
    Optional<Named> named(String id) {
        Matcher form = ID.matcher(id);
        return form.matches() && form.group("host").equalsIgnoreCase(vault.getHost())
                ? Optional.of(new Named(
                        form.group("name").toLowerCase(Locale.ROOT),
                        form.group("version") == null ? "" : form.group("version")))
                : Optional.empty();
    }

    /**
     * What an id names.
     *
     * @param name in small letters
     * @param version empty where there is none
     */
    record Named(String name, String version) {}
}
