package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameSyntaxTest {
    @ParameterizedTest
    @CsvSource({
        "'', dns_length",
        "a..b, dns_label",
        "a.example., dns_label",
        "-a.example, dns_label",
        "a-.example, dns_label",
        "a b.example, dns_label",
        "*.com, wildcard_depth",
        "*, wildcard_depth",
        "a.*.example, wildcard_place",
        "f*o.corp.example, wildcard_place",
        "*.*.corp.example, wildcard_place",
        "1.2.3.4.5, dns_address",
        "10.0.0.256, dns_address",
        "xn--.example, dns_label",
        "xn--a.example, idn",
        "ab--c.example, idn",
        "xn--BCHER-KVA.example.xn--a, idn",
        "b\u00fccher\u3002example.com, idn",
        "fa\u00df.example, idn",
        "b\u00fccher.fa\u00df.example, idn",
        "\u03c3\u03b1\u03c2.example, idn",
        "\uff42\u00fccher.example, idn",
        "a\u200db.example, idn",
        "xn--bcher-kv.example, idn",
        "xn--bcher-kva9.example, idn",
        "xn--99999999.example, idn",
        "xn--fass-.example, dns_label",
        "xn--fass-a.example, idn",
        "xn--bcher-2pa.example, idn",
        "xn--r6j.example, idn",
        "xn--ph7c.example, idn",
        "xn--jm6c.example, idn",
        "xn--web01-0u3b.example, idn",
        "*.xn--web01-0u3b.example, idn",
        "a@xn--web01-0u3b.example, idn",
        "::ffff:10.0.0.1, ip_mapped",
        "10.0.0.0/8, dns_label",
        "fe80::1%eth0, ip_form",
        "::1::2, ip_form",
        "a@, dns_length",
        "@corp.example, email_form",
        "a@b@corp.example, email_local_part",
        "a..b@corp.example, email_local_part",
        "\u00e4@corp.example, email_local_part",
        "a@*.corp.example, email_form",
        "https://, uri_form",
        "https://user@corp.example/, uri_form",
        "https://corp.example/\u00e4, uri_form",
        "://a, uri_form",
        "https:///path, uri_host"
    })
    void badName_isRefusedByRuleAndValue(String text, String rule) {
        assertThatThrownBy(() -> NameSyntax.parse(text)).isInstanceOfSatisfying(VaultException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.NAME_NOT_ALLOWED);
            assertThat(refusal.details()).containsEntry("rule", rule).containsKey("value");
        });
    }

    @Test
    void longNames_areRefusedAndShownShort() {
        assertThatThrownBy(() -> NameSyntax.dns("a.".repeat(500_000)))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(
                                        String.valueOf(refusal.getMessage()).length())
                                .isLessThan(500));
        assertThatThrownBy(() -> NameSyntax.dns(("a".repeat(60) + ".").repeat(4) + "corp.example"))
                .isInstanceOf(VaultException.class);
        assertThatThrownBy(() -> NameSyntax.dns("a".repeat(64) + ".example")).isInstanceOf(VaultException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "A.Corp.Example, dns, a.corp.example",
        "*.corp.example, dns, *.corp.example",
        "_sip.corp.example, dns, _sip.corp.example",
        "localhost, dns, localhost",
        "b\u00fccher.example, dns, xn--bcher-kva.example",
        "*.b\u00fccher.example, dns, *.xn--bcher-kva.example",
        "XN--BCHER-KVA.example, dns, xn--bcher-kva.example",
        "B\u00dcCHER.example, dns, xn--bcher-kva.example",
        "bu\u0308cher.example, dns, xn--bcher-kva.example",
        "xn--fa-hia.example, dns, xn--fa-hia.example",
        "xn--fa-hia.b\u00fccher.example, dns, xn--fa-hia.xn--bcher-kva.example",
        "xn--mxa8ab.example, dns, xn--mxa8ab.example",
        "xn--n3h.example, dns, xn--n3h.example",
        "xn--eckwd4c7cu47r2wf.example, dns, xn--eckwd4c7cu47r2wf.example",
        "10.0.0.1, ip, 10.0.0.1",
        "2001:DB8:0:0:0:0:0:1, ip, 2001:db8::1",
        "::, ip, ::",
        "1:0:0:2:0:0:0:3, ip, 1:0:0:2::3",
        "1:2:3:4:5:6:0:8, ip, 1:2:3:4:5:6:0:8",
        "Ada.L@Corp.Example, email, Ada.L@corp.example",
        "spiffe://corp.example/pay, uri, spiffe://corp.example/pay"
    })
    void goodName_hasOneSpelling(String text, String kind, String written) {
        GeneralName name = NameSyntax.parse(text);
        assertThat(name.kind()).isEqualTo(kind);
        assertThat(name.text()).isEqualTo(written);
        assertThat(NameSyntax.parse(written)).isEqualTo(name);
    }

    /** An en dash was taken for a letter once. */
    @Test
    void aLabelThatNobodyMayAskForAnyMore_isReadWhereItWasKept() {
        assertThat(new GeneralName.Dns("*.xn--web01-0u3b.example").text()).isEqualTo("*.xn--web01-0u3b.example");
        assertThat(new GeneralName.Email("a@xn--web01-0u3b.example").domain()).isEqualTo("xn--web01-0u3b.example");
        List<String> domain = List.of("xn--web01-0u3b.example");
        List<String> none = List.of();
        NameConstraints kept = new NameConstraints(domain, none, none, none, domain, none, domain, none);
        assertThat(kept.permittedDns()).isEqualTo(domain);
        assertThatThrownBy(kept::asked).isInstanceOf(VaultException.class);
        for (NameConstraints each : List.of(
                new NameConstraints(none, domain, none, none, none, none, none, none),
                new NameConstraints(none, none, none, none, List.of("a@" + domain.getFirst()), none, none, none),
                new NameConstraints(none, none, none, none, none, none, none, List.of("." + domain.getFirst())))) {
            assertThatThrownBy(each::asked).isInstanceOf(VaultException.class);
        }
        assertThatThrownBy(() -> new GeneralName.Dns("ab--c.example")).isInstanceOf(VaultException.class);
    }

    @Test
    void namesThatAreTheSame_areKeptOnce() {
        assertThat(SubjectAlternativeNames.parse(List.of("a.example", "A.EXAMPLE"), List.of("::1", "0::1"))
                        .names())
                .hasSize(2);
    }

    @Test
    void constraintInAnotherForm_isRefusedByItsList() {
        assertRefused("permitted_dns", List.of(".corp.example"), List.of(), List.of(), List.of());
        assertRefused("permitted_dns", List.of("*.corp.example"), List.of(), List.of(), List.of());
        assertRefused("permitted_ip", List.of(), List.of("10.0.0.1/8"), List.of(), List.of());
        assertRefused("permitted_ip", List.of(), List.of("10.0.0.0" + "/33"), List.of(), List.of());
        assertRefused("permitted_email", List.of(), List.of(), List.of("a@b@c"), List.of());
        assertRefused("permitted_uri", List.of(), List.of(), List.of(), List.of("https://corp.example"));
    }

    private static void assertRefused(
            String list, List<String> dns, List<String> ip, List<String> email, List<String> uri) {
        assertThatThrownBy(() -> new NameConstraints(dns, List.of(), ip, List.of(), email, List.of(), uri, List.of()))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining(list);
    }
}
