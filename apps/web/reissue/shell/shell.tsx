import type { ReactNode } from 'react';
import { brand } from '../brand.js';
import { Icon } from '../components/icon.js';
import { PhoneLink } from './phone-link.js';
import { otherLanguage } from '../../shared/language.js';
import { languageChoice, useLanguage, useWords } from '../words/index.js';

/** The bank's frame around all screens: its name, its call centre, and what protects the customer from phishing. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <>
      <Header />
      <div className="page">
        {children}
        <Help />
      </div>
      <Footer />
    </>
  );
}

function Header() {
  const language = useLanguage();
  const other = otherLanguage(language);
  const words = useWords();
  return (
    <header>
      <div>
        <img src="/brand/logo" alt="" width="32" height="32" />
        <span className="bank">{brand.name[language]}</span>
        <span className="service">{words.service}</span>
        <button className="small" lang={other} onClick={() => languageChoice.choose(other)}>
          {words.otherLanguage}
        </button>
      </div>
    </header>
  );
}

function Help() {
  const { help } = useWords();
  return (
    <aside aria-label={help.title}>
      <section>
        <h2>
          <Icon name="shield" />
          {help.phishing}
        </h2>
        <p>{help.never}</p>
        <p>
          {help.address} <strong className="mono">{location.host}</strong>
        </p>
      </section>
      <section>
        <h2>
          <Icon name="call" />
          {help.callCentre}
        </h2>
        <PhoneLink />
        <p className="hint">{brand.callCentre.hours[useLanguage()]}</p>
      </section>
    </aside>
  );
}

function Footer() {
  const { help } = useWords();
  return (
    <footer>
      <div>
        <a href={brand.privacyPolicy} target="_blank" rel="noreferrer">
          {help.privacy}
        </a>
        <p>© {brand.name[useLanguage()]}</p>
      </div>
    </footer>
  );
}
