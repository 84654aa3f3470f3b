package ai.scailabs.vault.dev.issuer;

import ai.scailabs.vault.dev.identity.DevIdentity;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.token.DelegatingOAuth2TokenGenerator;
import org.springframework.security.oauth2.server.authorization.token.JwtGenerator;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.security.web.SecurityFilterChain;

/** Spring Authorization Server with one client for each identity, and no login page: nobody but tools asks it for anything. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class IssuerConfiguration {

    @Bean
    SecurityFilterChain security(HttpSecurity http) {
        return http.oauth2AuthorizationServer(server -> server.oidc(oidc -> {})
                        .tokenEndpoint(token -> token.authenticationProviders(
                                providers -> providers.forEach(IssuerConfiguration::allowAnyScope))))
                // It asks for the client by itself: the server's own way to do so is for its own endpoints.
                .authorizeHttpRequests(requests -> requests.requestMatchers(DirectoryEndpoint.PATH + "/**")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(csrf -> csrf.disable())
                .build();
    }

    @Bean
    DirectoryEndpoint directory(IssuerSettings settings) {
        return new DirectoryEndpoint(settings);
    }

    @Bean
    RegisteredClientRepository clients(IssuerSettings settings) {
        List<RegisteredClient> clients = Arrays.stream(DevIdentity.values())
                .map(identity -> RegisteredClient.withId(identity.label())
                        .clientId(identity.label())
                        .clientSecret("{noop}" + settings.clientSecret(identity))
                        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                        .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                        .build())
                .toList();
        return new InMemoryRegisteredClientRepository(
                Stream.concat(clients.stream(), Stream.of(service(settings))).toList());
    }

    /** ScaiVault itself, which may ask about personal tokens and gets no token. */
    private static RegisteredClient service(IssuerSettings settings) {
        return RegisteredClient.withId(DevIssuer.SERVICE)
                .clientId(DevIssuer.SERVICE)
                .clientSecret("{noop}" + settings.serviceSecret())
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .build();
    }

    @Bean
    JWKSource<SecurityContext> keys(IssuerSettings settings) {
        return new ImmutableJWKSet<>(new JWKSet(settings.signingKey()));
    }

    @Bean
    AuthorizationServerSettings endpoints(IssuerSettings settings) {
        return AuthorizationServerSettings.builder()
                .issuer(settings.issuer())
                .tokenEndpoint("/oauth/token")
                .jwkSetEndpoint("/oauth/jwks")
                .tokenIntrospectionEndpoint("/oauth/introspect")
                .build();
    }

    @Bean
    OAuth2TokenGenerator<?> tokens(IssuerSettings settings, JWKSource<SecurityContext> keys) {
        TokenClaims claims = new TokenClaims(settings.audience());
        JwtGenerator signed = new JwtGenerator(new NimbusJwtEncoder(keys));
        signed.setJwtCustomizer(claims);
        return new DelegatingOAuth2TokenGenerator(
                new PersonalTokenGenerator(settings.issuer(), claims, Clock.systemUTC()), signed);
    }

    private static void allowAnyScope(Object provider) {
        if (provider instanceof OAuth2ClientCredentialsAuthenticationProvider clientCredentials) {
            clientCredentials.setAuthenticationValidator(anyScope -> {});
        }
    }
}
