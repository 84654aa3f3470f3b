package ai.scailabs.vault.testkit;

import com.nimbusds.jose.jwk.JWK;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a directory knows. For one thread at a time. */
final class AcmeBook {
    final Map<String, Account> accounts = new LinkedHashMap<>();
    final Map<String, Order> orders = new LinkedHashMap<>();
    final Map<String, Authorization> authorizations = new LinkedHashMap<>();
    final Set<String> revoked = new LinkedHashSet<>();
    private int last;

    String nextId() {
        last++;
        return "n" + last;
    }

    static final class Account {
        final String id;
        JWK key;
        String status = "valid";
        List<String> contact;

        Account(String id, JWK key, List<String> contact) {
            this.id = id;
            this.key = key;
            this.contact = contact;
        }
    }

    /** A name that is, or is to be, proved. */
    static final class Authorization {
        final String id;
        final Account account;
        final String type;
        final String value;
        final boolean wildcard;
        final String token;
        String status = "pending";

        @Nullable
        String proof;

        Authorization(String id, Account account, Map<String, String> identifier, String token) {
            this.id = id;
            this.account = account;
            this.type = String.valueOf(identifier.get("type"));
            String name = String.valueOf(identifier.get("value"));
            this.wildcard = name.startsWith("*.");
            this.value = wildcard ? name.substring(2) : name;
            this.token = token;
        }

        List<String> kinds() {
            return wildcard
                    ? List.of("dns-01")
                    : type.equals("ip")
                            ? List.of("http-01", "tls-alpn-01")
                            : List.of("http-01", "dns-01", "tls-alpn-01");
        }
    }

    static final class Order {
        final String id;
        final Account account;
        final List<Map<String, String>> identifiers;
        final List<Authorization> authorizations = new ArrayList<>();
        final Instant expires;
        String status = "pending";
        /** While it is at work: until then. */
        @Nullable
        Instant busyUntil;

        AcmeIssuer.@Nullable Wanted wanted;

        @Nullable
        X509Certificate certificate;

        @Nullable
        String error;
        /** Nobody is to ask before that. */
        @Nullable
        Instant askedNext;

        Order(String id, Account account, List<Map<String, String>> identifiers, Instant expires) {
            this.id = id;
            this.account = account;
            this.identifiers = identifiers;
            this.expires = expires;
        }

        /** Addresses at length: those of IPv6 have more than one spelling. */
        Set<String> names() {
            Set<String> names = new LinkedHashSet<>();
            for (Map<String, String> each : identifiers) {
                String value = String.valueOf(each.get("value"));
                boolean address = "ip".equals(each.get("type"));
                names.add(address ? InetAddress.ofLiteral(value).getHostAddress() : value);
            }
            return names;
        }
    }

    @Nullable
    Order order(Predicate<Order> wanted) {
        return orders.values().stream().filter(wanted).findFirst().orElse(null);
    }

    @Nullable
    Authorization proved(Account account, Map<String, String> identifier) {
        String name = String.valueOf(identifier.get("value"));
        boolean wildcard = name.startsWith("*.");
        String value = wildcard ? name.substring(2) : name;
        return authorizations.values().stream()
                .filter(each -> each.account == account
                        && each.status.equals("valid")
                        && each.wildcard == wildcard
                        && each.value.equals(value))
                .findFirst()
                .orElse(null);
    }
}
