package ai.scailabs.vault.credentials.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What roles are, and what they let a certificate say. */
class SshRoleRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-27T22:40:00.900Z");
    private static final Instant END = Instant.parse("2026-11-27T23:40:00.700Z");
    private static final SubjectKey KEY =
            SubjectKey.parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
    private static final String USERS = "'allowed_users':['deploy','backup']";
    private static final String HOSTS = "'cert_type':'host','allowed_domains':['example.com']";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'allowed_users':['*'] | allowed_users[0] must be exact names: there is no * for any user",
                "'allowed_users':'*' | allowed_users[0] must be exact names: there is no * for any user",
                "'default_user':'*' | default_user must be exact names: there is no * for any user",
                "'allowed_users':'deploy,*' | allowed_users[1] must be exact names: there is no * for any user",
                "'cert_type':'host','allowed_domains':'*','allow_subdomains':true | allowed_domains[0] must be exact names: there is no wildcard for hosts",
                "'cert_type':'host','allowed_domains':'*.example.com','allow_subdomains':true | allowed_domains[0] must be exact names: there is no wildcard for hosts",
                "'allowed_users':'deploy','allowed_extensions':'*' | allowed_extensions has what is no name of an option: each is listed, and * is none",
                "'allowed_users':'deploy','allowed_critical_options':'*' | allowed_critical_options has what is no name of an option: each is listed, and * is none",
            })
    void anybody_isNobody(String role, String refusal) {
        assertNoRole(role, refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'cert_type':'user' | allowed_users must name somebody, unless there is a default_user",
                "'allowed_users':'' | allowed_users must name somebody, unless there is a default_user",
                "'cert_type':'any','allowed_users':'a' | cert_type is neither user nor host",
                "'allowed_users':['dep*'] | allowed_users[0] must be an exact name: without spaces, commas, quotes, patterns and control characters",
                "'allowed_users':['a,b'] | allowed_users[0] must be an exact name: without spaces, commas, quotes, patterns and control characters",
                "'allowed_users':['a b'] | allowed_users[0] must be an exact name: without spaces, commas, quotes, patterns and control characters",
                "'allowed_users':['a',''] | allowed_users[1] must have 1 to 255 bytes",
                "'allowed_users':[7] | allowed_users is not a text",
                "'allowed_users':{} | allowed_users is not a text",
                "'allowed_users':'a','allowed_domains':'b' | allowed_domains is for roles of cert_type host only",
                "'cert_type':'host','allowed_users':'a' | allowed_users is for roles of cert_type user only",
                "'cert_type':'host' | allowed_domains must name a domain",
                "'cert_type':'host','allowed_domains':'b' | allow_subdomains must be true, or allow_bare_domains: else there is no host to certify",
                "'cert_type':'host','allowed_domains':'b','allow_bare_domains':'yes' | allow_bare_domains is neither true nor false",
                "'cert_type':'host','allowed_domains':'10.0.0.1','allow_bare_domains':true | allowed_domains[0] must be the name of a host in DNS",
                "'cert_type':'host','allowed_domains':'b','allow_bare_domains':true,'default_extensions':{'permit-pty':''} | default_extensions is for roles of cert_type user only: hosts have no options",
                "'allowed_users':'a','default_extensions':{'permit-everything':''} | default_extensions has a name other than no-touch-required, permit-X11-forwarding, permit-agent-forwarding, permit-port-forwarding, permit-pty, permit-user-rc and those of vendors, with an @",
                "'allowed_users':'a','default_extensions':{'permit-pty':'yes'} | default_extensions.permit-pty has no value",
                "'allowed_users':'a','default_extensions':['permit-pty'] | default_extensions is not an object",
                "'allowed_users':'a','default_critical_options':{'force-commands':'x'} | default_critical_options has an option other than force-command, source-address, verify-required",
                "'allowed_users':'a','default_critical_options':{'verify-required':'no'} | default_critical_options.verify-required has no value",
                "'allowed_users':'a','allowed_key_types':'rsa' | allowed_key_types has what is no type of key as OpenSSH writes it, such as ssh-ed25519",
                "'allowed_users':'a','allowed_key_types':'ssh-ed25519','min_rsa_bits':3072 | min_rsa_bits is for roles that allow ssh-rsa only",
                "'allowed_users':'a','min_rsa_bits':1024 | min_rsa_bits is not a whole number from 2048 to 16384",
            })
    void roleThatMeansNothing_isRefused(String role, String refusal) {
        assertNoRole(role, refusal);
    }

    @Test
    void memberThatMeansNothing_isRefused() {
        for (String member : List.of("allowed_users_template", "No Member")) {
            assertThatThrownBy(() -> role("'allowed_users':'a','" + member + "':true"))
                    .isInstanceOfSatisfying(
                            VaultException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        }
    }

    @Test
    void listsThatAreTooLong_areRefused() {
        String many =
                String.join(",", IntStream.range(0, 257).mapToObj(i -> "u" + i).toList());

        assertNoRole("'allowed_users':'" + many + "'", "allowed_users has more than 256 items");
        assertNoRole("'allowed_users':'" + "u".repeat(256) + "'", "allowed_users[0] must have 1 to 255 bytes");
    }

    @Test
    void principal_isOneThatTheRoleNames_exactly() {
        SshRoleRules role = role(USERS);

        assertThat(role.certify(asking("deploy"), KEY, NOW, END, "id", 1).principals())
                .containsExactly("deploy");
        assertThat(role.certify(asking("deploy", "backup", "deploy"), KEY, NOW, END, "id", 1)
                        .principals())
                .containsExactly("backup", "deploy");
        for (String name : List.of("root", "Deploy", "deplo", "deploy2", "d\u0435ploy")) {
            assertThatThrownBy(() -> role.certify(asking("deploy", name), KEY, NOW, END, "id", 1))
                    .isInstanceOfSatisfying(VaultException.class, refusal -> {
                        assertThat(refusal.code()).isEqualTo(ErrorCode.NAME_NOT_ALLOWED);
                        assertThat(refusal.getMessage()).isEqualTo("valid_principals[1] is not allowed by the role");
                        assertThat(refusal.details())
                                .isEqualTo(Map.of("rule", "allowed_users", "field", "valid_principals[1]"));
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "*", "dep*", "deplo?", "deploy,root", "deploy root", "deploy\0", "deploy\n", "de\u200bploy"})
    void principalThatIsNoName_isRefused(String name) {
        assertRefused(role(USERS), asking(name), KEY, "valid_principals[0] ");
    }

    @Test
    void requestThatNamesNobody_isForTheDefaultUser_orRefused() {
        assertRefused(role(USERS), asking(), KEY, "valid_principals must name somebody: nobody is meant by none");
        assertRefused(
                role(HOSTS + ",'allow_subdomains':true"),
                asking(),
                KEY,
                "valid_principals must name somebody: nobody is meant by none");

        SshRoleRules withDefault = role(USERS + ",'default_user':'nobody'");
        assertThat(withDefault.certify(asking(), KEY, NOW, END, "id", 1).principals())
                .containsExactly("nobody");
        assertThat(role("'default_user':'nobody'")
                        .certify(asking("nobody"), KEY, NOW, END, "id", 1)
                        .principals())
                .containsExactly("nobody");
        assertRefused(role("'default_user':'nobody'"), asking("deploy"), KEY, "valid_principals[0] is not allowed");
    }

    @Test
    void moreNamesThanOpenSshReads_areRefused() {
        List<String> many = IntStream.range(0, 257).mapToObj(i -> "deploy").toList();

        assertRefused(
                role(USERS), new SshRequest(many, Map.of(), null), KEY, "valid_principals has more than 256 names");
    }

    @Test
    void host_isWithinADomain() {
        SshRoleRules below = role(HOSTS + ",'allow_subdomains':true");
        SshRoleRules bare = role(HOSTS + ",'allow_bare_domains':true");

        assertThat(below.certify(asking("Web.Example.COM", "a.b.example.com"), KEY, NOW, END, "id", 1)
                        .principals())
                .containsExactly("a.b.example.com", "web.example.com");
        assertThat(bare.certify(asking("EXAMPLE.com"), KEY, NOW, END, "id", 1).principals())
                .containsExactly("example.com");
        for (String name : List.of("example.com", "webexample.com", "example.com.evil.org", "example.org")) {
            assertRefused(below, asking(name), KEY, "valid_principals[0] is not allowed by the role");
        }
        assertRefused(bare, asking("web.example.com"), KEY, "valid_principals[0] is not allowed by the role");
        // The Kelvin sign becomes a k in small letters.
        for (String name : List.of(
                "*.example.com",
                "web.example.com.",
                "-.example.com",
                "web_1.example.com",
                ".example.com",
                "a..example.com",
                "\u212aweb.example.com",
                "x".repeat(64) + ".example.com",
                "127.0.0.1",
                "web.example.com,root")) {
            assertRefused(below, asking(name), KEY, "valid_principals[0] must be ");
        }
    }

    @Test
    void certificate_beginsHalfAMinuteAgo_andEndsWithTheLease() {
        SshCertificate certificate = role(USERS).certify(asking("deploy"), KEY, NOW, END, "id", -1);

        assertThat(certificate.validAfter())
                .isEqualTo(Instant.parse("2026-11-27T22:39:30Z").getEpochSecond());
        assertThat(certificate.validBefore())
                .isEqualTo(Instant.parse("2026-11-27T23:40:00Z").getEpochSecond());
        assertThat(certificate.serialText()).isEqualTo("18446744073709551615");
        assertThatThrownBy(() -> role(USERS).certify(asking("deploy"), KEY, NOW, NOW, "id", 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void optionThatTheRoleSets_staysAsItIs() {
        SshRoleRules role = role(
                USERS
                        + ",'default_critical_options':{'force-command':'/bin/backup'},'allowed_critical_options':'force-command,source-address'");

        assertThat(role.certify(asking("deploy"), KEY, NOW, END, "id", 1).criticalOptions())
                .isEqualTo(Map.of("force-command", "/bin/backup"));
        assertThat(role.certify(critical("force-command", "/bin/backup"), KEY, NOW, END, "id", 1)
                        .criticalOptions())
                .isEqualTo(Map.of("force-command", "/bin/backup"));
        assertThat(role.certify(critical("source-address", "10.0.0.0/8,2001:db8::/32"), KEY, NOW, END, "id", 1)
                        .criticalOptions())
                .isEqualTo(Map.of("force-command", "/bin/backup", "source-address", "10.0.0.0/8,2001:db8::/32"));
        assertRefused(
                role,
                critical("force-command", "/bin/sh"),
                KEY,
                "critical_options.force-command is set by the role to something else");
        assertRefused(
                role,
                critical("verify-required", ""),
                KEY,
                "critical_options.verify-required is not allowed by the role");
        assertRefused(role, critical("cert-authority", ""), KEY, "critical_options has an option other than ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "10.0.0.0/8, 10.1.0.0/16",
                "10.0.0.0/33",
                "10.0.0.1/8",
                "!10.0.0.0/8",
                "*",
                "10.0.0.*",
                "example.com",
                "10.0.0.0/8,",
                "::ffff:10.0.0.0/104",
                "::ffff:a00:0/104",
                "10.0.0.0/255.0.0.0",
                "10.0.0.0/8\n",
                "fe80::1%eth0"
            })
    void sourceAddressThatIsNone_isRefused(String ranges) {
        assertRefused(
                role(USERS + ",'allowed_critical_options':'source-address'"),
                critical("source-address", ranges),
                KEY,
                "critical_options.source-address must be ranges of addresses in CIDR notation, with commas between them");
    }

    @Test
    void commandThatIsNone_isRefused() {
        SshRoleRules role = role(USERS + ",'allowed_critical_options':['force-command','verify-required']");

        for (String command : List.of("", " ", "a\nb", "a\0b", "x".repeat(4_097))) {
            assertRefused(
                    role, critical("force-command", command), KEY, "critical_options.force-command must be a command ");
        }
        assertRefused(role, critical("verify-required", "no"), KEY, "critical_options.verify-required has no value");
        assertThat(role.certify(critical("verify-required", ""), KEY, NOW, END, "id", 1)
                        .criticalOptions())
                .isEqualTo(Map.of("verify-required", ""));
    }

    @Test
    void extensions_areTheRoles_orThoseThatItAllows() {
        SshRoleRules role = role(
                USERS
                        + ",'default_extensions':{'permit-pty':'','login@github.com':'zoe'},'allowed_extensions':'permit-port-forwarding,id@github.com'");

        assertThat(extensions(role, null)).isEqualTo(Map.of("permit-pty", "", "login@github.com", "zoe"));
        assertThat(extensions(role, Map.of())).isEmpty();
        assertThat(extensions(role, Map.of("permit-pty", ""))).isEqualTo(Map.of("permit-pty", ""));
        assertThat(extensions(role, Map.of("permit-port-forwarding", "", "id@github.com", "7")))
                .isEqualTo(Map.of("permit-port-forwarding", "", "id@github.com", "7"));
        // Else anybody would be anybody there.
        assertRefused(
                role, extending(Map.of("login@github.com", "root")), KEY, "extensions is not allowed by the role");
        assertRefused(
                role,
                extending(Map.of("permit-agent-forwarding", "")),
                KEY,
                "extensions.permit-agent-forwarding is not allowed by the role");
        assertRefused(role, extending(Map.of("permit-pty", "no")), KEY, "extensions.permit-pty has no value");
        assertRefused(role, extending(Map.of("permit-all", "")), KEY, "extensions has a name other than ");
        assertRefused(
                role, extending(Map.of("id@github.com", "7\n")), KEY, "extensions has a value that is too long or ");
        Map<String, String> many = new HashMap<>();
        IntStream.range(0, 33).forEach(i -> many.put("x" + i + "@example.com", ""));
        assertRefused(role, extending(many), KEY, "extensions has more than 32 members");
    }

    @Test
    void roleThatSaysNothingOfThem_permitsNothing() {
        SshCertificate certificate = role(USERS).certify(asking("deploy"), KEY, NOW, END, "id", 1);

        assertThat(certificate.criticalOptions()).isEmpty();
        assertThat(certificate.extensions()).isEmpty();
        assertRefused(role(USERS), extending(Map.of("permit-pty", "")), KEY, "extensions.permit-pty is not allowed");
    }

    @Test
    void hosts_haveNoOptions() {
        SshRoleRules role = role(HOSTS + ",'allow_bare_domains':true");

        assertRefused(
                role,
                new SshRequest(List.of("example.com"), Map.of("force-command", "x"), null),
                KEY,
                "critical_options are for certificates of users only");
        assertRefused(
                role,
                new SshRequest(List.of("example.com"), Map.of(), Map.of("permit-pty", "")),
                KEY,
                "extensions are for certificates of users only");
        assertThat(role.certify(asking("example.com"), KEY, NOW, END, "id", 1).type())
                .isEqualTo(SshCertificateType.HOST);
    }

    @Test
    void keyOfATypeOrSizeThatIsNotAllowed_isRefused() {
        SubjectKey rsa = SubjectKey.parse(OpenSsh.line(
                "ssh-rsa",
                new WireWriter()
                        .text("ssh-rsa")
                        .mpint(BigInteger.valueOf(65_537))
                        .mpint(BigInteger.ONE.shiftLeft(2_047).add(BigInteger.ONE))));

        assertRefused(
                role(USERS + ",'allowed_key_types':['ssh-ed25519','sk-ssh-ed25519@openssh.com']"),
                asking("deploy"),
                rsa,
                "public_key is of a type that the role does not allow");
        assertRefused(
                role(USERS + ",'min_rsa_bits':3072"),
                asking("deploy"),
                rsa,
                "public_key has fewer than the 3072 bits that the role wants of RSA");
        assertThat(role(USERS).certify(asking("deploy"), rsa, NOW, END, "id", 1).key())
                .isEqualTo(rsa);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'allowed_users':' deploy , backup'",
                "'default_user':'deploy','allowed_key_types':'ssh-ed25519'",
                "'allowed_users':'a','default_critical_options':{'source-address':'10.0.0.0/8'},'allowed_extensions':['permit-pty'],'default_extensions':{'x@y.z':'1'},'min_rsa_bits':4096",
                "'cert_type':'host','allowed_domains':'B.example,a.example','allow_subdomains':true"
            })
    void whatARoleIs_isReadAgain(String text) {
        ObjectNode first = described(role(text));
        ObjectNode second = described(SshRoleRules.parse(first));

        assertThat(second).isEqualTo(first);
    }

    private static ObjectNode described(SshRoleRules role) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        role.describe(object);
        return object;
    }

    private static Map<String, String> extensions(SshRoleRules role, Map<String, String> requested) {
        return role.certify(extending(requested), KEY, NOW, END, "id", 1).extensions();
    }

    private static SshRoleRules role(String members) {
        return SshRoleRules.parse(JsonMapper.shared().readTree("{" + members.replace('\'', '"') + "}"));
    }

    private static SshRequest asking(String... principals) {
        return new SshRequest(List.of(principals), Map.of(), null);
    }

    private static SshRequest critical(String name, String value) {
        return new SshRequest(List.of("deploy"), Map.of(name, value), null);
    }

    private static SshRequest extending(Map<String, String> extensions) {
        return new SshRequest(List.of("deploy"), Map.of(), extensions);
    }

    private static void assertNoRole(String members, String refusal) {
        assertThatThrownBy(() -> role(members)).isInstanceOfSatisfying(VaultException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
            assertThat(refused.getMessage()).isEqualTo(refusal);
        });
    }

    private static void assertRefused(SshRoleRules role, SshRequest request, SubjectKey key, String refusal) {
        assertThatThrownBy(() -> role.certify(request, key, NOW, END, "id", 1))
                .isInstanceOf(VaultException.class)
                .hasMessageStartingWith(refusal);
    }
}
