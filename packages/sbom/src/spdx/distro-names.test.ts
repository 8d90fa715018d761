import { describe, expect, it } from 'vitest';
import { DistroVotes, toDistro } from './distro-names.ts';

const voted = (...purls: readonly string[]) => {
  const votes = new DistroVotes();
  for (const purl of purls) votes.add(purl);
  return votes.winner();
};

describe('the distribution of a document that names none', () => {
  it('is read from the package URLs of Syft and Trivy', () => {
    expect(voted('pkg:deb/debian/a@1?distro=debian-12.15')).toEqual({ id: 'debian', version: '12.15', like: [] });
    expect(voted('pkg:apk/alpine/a@1?distro=3.4.6')).toEqual({ id: 'alpine', version: '3.4.6', like: [] });
    expect(voted('pkg:apk/alpine/a@1?distro=alpine-3.20.3')).toEqual({ id: 'alpine', version: '3.20.3', like: [] });
    expect(voted('pkg:rpm/redhat/a@1?distro=redhat-8.4')).toEqual({ id: 'rhel', version: '8.4', like: [] });
    expect(voted('pkg:deb/debian/a@1?distro=sid')).toEqual({ id: 'debian', version: '', like: [], codename: 'sid' });
  });

  it('is what most packages say, the first of equals', () => {
    const [a, b] = ['pkg:deb/debian/a@1?distro=debian-11', 'pkg:deb/debian/b@1?distro=debian-12'];
    expect(voted(a, b, b)?.version).toBe('12');
    expect(voted(a, b)?.version).toBe('11');
  });

  it('is not guessed from other packages', () => {
    expect(voted('pkg:npm/a@1?distro=debian-12', 'pkg:deb/debian/a@1')).toBeUndefined();
  });

  it('goes by its os-release id, whatever producers call it', () => {
    expect(toDistro('SUSE Linux Enterprise Server', '15.5').id).toBe('sles');
    expect(toDistro('Amazon', '2').id).toBe('amzn');
    expect(toDistro('constructor', '1').id).toBe('constructor');
  });
});
