package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a target is. Nothing else of what a tenant writes reaches a driver.
 *
 * @param host a name, or an address without brackets
 * @param database empty where none is said; of MongoDB: whose users log in
 * @param encrypted over TLS, with a certificate that is trusted and of that name
 * @param caPem whose authorities vouch for it, and no others; absent: those that this service trusts
 * @param accountHost from where accounts of MySQL may come, as it is written after the {@code @}
 * @param replicaSet of MongoDB: what the server must be a member of, where that is said
 */
public record TargetConfig(
        TargetType type,
        String host,
        int port,
        String database,
        boolean encrypted,
        @Nullable String caPem,
        String accountHost,
        @Nullable String replicaSet) {
    /** From anywhere. */
    public static final String ANY_HOST = "%";

    private static final String TLS_DISABLED = "disabled";
    private static final int LONGEST_PEM = 64 * 1024;
    private static final Pattern ACCOUNT_HOST = Pattern.compile("[A-Za-z0-9.:_%/-]{1,60}");

    /**
     * Reads the members of an engine's config. A refusal names the member and repeats nothing of it.
     *
     * @param tls {@code disabled} where it is meant to be plain text
     * @param accountHost absent for {@link #ANY_HOST}
     * @param development whether a target on this machine may be plain text without saying so
     * @throws VaultException {@code invalid_config}
     */
    public static TargetConfig parse(
            TargetType type,
            String connectionUrl,
            @Nullable String tls,
            @Nullable String caPem,
            @Nullable String accountHost,
            boolean development) {
        if (tls != null && !TLS_DISABLED.equals(tls)) {
            throw ConnectionUrl.invalid("tls", "must be absent or disabled");
        }
        ConnectionUrl url = ConnectionUrl.parse(type, connectionUrl);
        boolean plain = TLS_DISABLED.equals(tls);
        if (plain && url.tls() == ConnectionUrl.Tls.WANTED) {
            throw ConnectionUrl.invalid("tls", "must not be disabled, as the URL says otherwise");
        }
        boolean mayBePlain = plain || (development && url.isHere());
        if (!mayBePlain && url.tls() == ConnectionUrl.Tls.UNWANTED) {
            throw ConnectionUrl.invalid("connection_url", "asks for plain text, which takes config.tls to be disabled");
        }
        boolean encrypted = url.tls() == ConnectionUrl.Tls.WANTED || !mayBePlain;
        return new TargetConfig(
                type,
                url.host(),
                url.port(),
                url.database(),
                encrypted,
                pem(caPem, encrypted),
                from(type, accountHost),
                url.replicaSet());
    }

    private static @Nullable String pem(@Nullable String caPem, boolean encrypted) {
        if (caPem == null) {
            return null;
        }
        if (!encrypted) {
            throw ConnectionUrl.invalid("tls_ca_pem", "is of no use without TLS");
        }
        if (caPem.length() > LONGEST_PEM || !TargetTls.areAuthorities(caPem)) {
            throw ConnectionUrl.invalid("tls_ca_pem", "must be certificates in PEM");
        }
        return caPem;
    }

    private static String from(TargetType type, @Nullable String accountHost) {
        if (accountHost == null) {
            return ANY_HOST;
        }
        if (type != TargetType.MYSQL) {
            throw ConnectionUrl.invalid("account_host", "is for MySQL only");
        }
        if (!ACCOUNT_HOST.matcher(accountHost).matches()) {
            throw ConnectionUrl.invalid("account_host", "must be what MySQL writes after the @ of an account");
        }
        return accountHost;
    }

    @Override
    public String toString() {
        return type.code() + "://" + host + ":" + port + "/" + database;
    }
}
