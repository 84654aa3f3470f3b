package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.AddressRule;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may be written as the URL of a target. Whether the address of a name is permitted is found out whenever it is connected to, as the name may mean another one then. */
final class TargetUrl {
    private static final int MAX_LENGTH = 2_048;
    private static final Pattern ASCII = Pattern.compile("[!-~]+");
    /** Names of the public kind, addresses in their one usual spelling; what begins its last label with a digit is an address in another. */
    private static final Pattern NAME = Pattern.compile(
            "([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f:.]{2,45}]");

    private TargetUrl() {}

    /**
     * @param rule where targets may be
     * @param plainHere whether {@code http} to this machine is permitted, for development
     * @throws VaultException {@code validation_error}, which does not repeat it
     */
    static URI parse(String field, @Nullable String text, AddressRule rule, boolean plainHere) {
        if (text == null || text.isEmpty()) {
            throw VaultException.invalidField(field, "is required");
        }
        if (text.length() > MAX_LENGTH || !ASCII.matcher(text).matches()) {
            throw VaultException.invalidField(
                    field, "must be at most " + MAX_LENGTH + " characters, all of them printable ASCII");
        }
        URI url = uri(field, text);
        boolean plain = "http".equals(url.getScheme());
        if (!"https".equals(url.getScheme()) && !(plain && plainHere && isHere(url.getHost()))) {
            throw VaultException.invalidField(field, "must begin with https://");
        }
        String host = url.getHost();
        if (host == null || url.getRawUserInfo() != null || url.getRawFragment() != null || !isPlain(host)) {
            throw VaultException.invalidField(
                    field, "must name a host plainly, without a user, a password or a fragment");
        }
        if (url.getPort() == 0 || url.getPort() > 65_535) {
            throw VaultException.invalidField(field, "has a port that there is not");
        }
        if (!plain && rule.refuses(host)) {
            throw VaultException.invalidField(field, "must not lead to an address that is not public");
        }
        return url;
    }

    private static URI uri(String field, String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException malformed) {
            throw VaultException.invalidField(field, "is not a URL");
        }
    }

    private static boolean isPlain(String host) {
        return NAME.matcher(host).matches()
                || IPV4.matcher(host).matches()
                || IPV6.matcher(host).matches();
    }

    private static boolean isHere(@Nullable String host) {
        return "localhost".equals(host) || "127.0.0.1".equals(host) || "[::1]".equals(host);
    }
}
