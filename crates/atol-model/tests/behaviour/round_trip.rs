//! Any register goes to JSON and comes back the same.

use atol_model::{Kkt, KktList};
use proptest::prelude::*;
use serde_json::Value;

use crate::strategy::kkt;

proptest! {
    #[test]
    fn any_register_comes_back_from_its_json(kkt in kkt()) {
        let json = kkt.to_json();
        let back = Kkt::from_json(json.as_bytes()).unwrap();
        prop_assert_eq!(&back, &kkt);
        prop_assert_eq!(back.to_json(), json);
    }

    #[test]
    fn every_way_out_says_the_same(kkt in kkt()) {
        let json = kkt.to_json();
        prop_assert_eq!(kkt.to_string(), json.as_str());
        prop_assert_eq!(serde_json::to_string(&kkt).unwrap(), json.as_str());
        prop_assert_eq!(kkt.to_value(), serde_json::from_str::<Value>(&json).unwrap());
        prop_assert_eq!(Kkt::from_json(format!("{kkt:#}").as_bytes()).unwrap(), kkt);
    }

    #[test]
    fn every_way_in_reads_the_same(kkt in kkt()) {
        let json = kkt.to_json();
        prop_assert_eq!(&serde_json::from_str::<Kkt>(&json).unwrap(), &kkt);
        prop_assert_eq!(&Kkt::from_element(json.as_bytes()).unwrap(), &kkt);
        prop_assert_eq!(&Kkt::from_json(format!(r#"{{"data":{json}}}"#).as_bytes()).unwrap(), &kkt);
        prop_assert_eq!(&KktList::from_json(format!("[{json}]").as_bytes()).unwrap()[..], &[kkt]);
    }

    #[test]
    fn a_list_keeps_what_is_good_and_rejects_what_is_not(
        elements in prop::collection::vec(prop::option::weighted(0.8, kkt()), 0..6),
    ) {
        let texts: Vec<String> =
            elements.iter().map(|kkt| kkt.as_ref().map_or("{\"serialNumber\":1}".to_owned(), Kkt::to_json)).collect();
        let list = KktList::from_json(format!("[{}]", texts.join(" ,\n")).as_bytes()).unwrap();
        let good: Vec<&Kkt> = elements.iter().flatten().collect();
        prop_assert_eq!(list.iter().collect::<Vec<_>>(), good);
        let bad = elements.iter().enumerate().filter(|(_, kkt)| kkt.is_none()).map(|(index, _)| index);
        prop_assert_eq!(list.rejected().iter().map(|rejected| rejected.index).collect::<Vec<_>>(), bad.collect::<Vec<_>>());
        prop_assert_eq!(list.to_json().parse::<KktList>().unwrap().into_parts().0, list.into_parts().0);
    }
}
